#pragma once

#include "core/bytes.hpp"

#include <string>
#include <utility>
#include <vector>

// Packages made for tests.
namespace stillwatch::packages::test {

using Entries = std::vector<std::pair<std::string, Bytes>>;

enum class ArchiveKind { zip, seven_zip };
// A password makes the entries unreadable without it (ZIP only).
Bytes archive_of(const Entries& entries, ArchiveKind kind = ArchiveKind::zip,
                 const std::string& password = {});
// Entries stored as they are, in the fourth format.
Bytes rar_of(const Entries& entries);

// A PDF file of one stream behind this dictionary, without "<<" and ">>" and the length.
Bytes pdf_of(const std::string& dictionary, const Bytes& stream);
Bytes deflated(const Bytes& bytes);

} // namespace stillwatch::packages::test
