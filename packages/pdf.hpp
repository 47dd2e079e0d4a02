#pragma once

#include "packages/contents.hpp"

namespace stillwatch::packages {

// Adds the pictures of a PDF file to `contents`: streams that hold a JPEG or JPEG 2000 file (DCTDecode,
// JPXDecode), also under FlateDecode and ASCII85Decode, and pictures of 8 bits a sample that are packed as
// PNG packs them. Nothing is laid out or drawn; pages made of lines and letters show nothing that could be
// compared. False where it is no PDF file with a stream.
bool take_pdf(ByteView file, const std::string& name, const PackageLimits& limits, Contents& contents);

} // namespace stillwatch::packages
