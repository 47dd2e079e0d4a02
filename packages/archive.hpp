#pragma once

#include "packages/contents.hpp"

namespace stillwatch::packages {

// Adds the pictures of a ZIP, RAR or 7z file, which stands `depth` deep (1: by itself) and is called `name`
// there, to `contents`. False where the archive breaks off or cannot be read.
bool take_archive(ByteView file, const std::string& name, const PackageLimits& limits, int depth,
                  Contents& contents);

// Before the worker is restricted: tables of character sets and the time zone are files.
void prepare_archives();

} // namespace stillwatch::packages
