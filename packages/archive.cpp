#include "packages/archive.hpp"

#include "packages/pdf.hpp"
#include "packages/unpack.hpp"
#include "pictures/sniff.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <ctime>
#include <iconv.h>
#include <langinfo.h>
#include <memory>

namespace stillwatch::packages {

namespace {

// Its end tells most.
constexpr std::size_t most_name_bytes = 512;

struct FreeArchive {
    void operator()(archive* reader) const noexcept { (void)archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, FreeArchive>;

// libarchive turns the times of entries into seconds, and glibc then looks at the file of the time zone, each
// time unless this names the zone it has read already.
void name_time_zone()
{
    (void)::setenv("TZ", "UTC", 1);
}

// libarchive gives no name at all where the locale cannot write it. glibc has this one built in.
void name_charset()
{
    static const bool done = std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
    (void)done;
}

Reader open(ByteView file)
{
    name_time_zone();
    name_charset();
    Reader reader(archive_read_new());
    if (!reader) return nullptr;
    (void)archive_read_support_format_zip(reader.get());
    (void)archive_read_support_format_rar(reader.get());
    (void)archive_read_support_format_rar5(reader.get());
    (void)archive_read_support_format_7zip(reader.get());
    if (archive_read_open_memory(reader.get(), file.data(), file.size()) != ARCHIVE_OK) return nullptr;
    return reader;
}

enum class Read : std::uint8_t {
    whole,
    left_out, // no picture and no package, or no room
    broken
};

// The bytes of an entry, where they begin like something that is looked for.
Read read_entry(archive& reader, const PackageLimits& limits, Contents& contents, Bytes& out)
{
    constexpr std::size_t block = 64U << 10U;
    out.clear();
    for (;;) {
        const auto had = out.size();
        out.resize(had + block);
        const auto count = archive_read_data(&reader, out.data() + had, block);
        out.resize(had + (count > 0 ? static_cast<std::size_t>(count) : 0));
        if (count < 0) return out.empty() || count == ARCHIVE_FATAL ? Read::broken : Read::whole;
        if (count == 0) return out.empty() ? Read::left_out : Read::whole;
        contents.unpacked_bytes += static_cast<std::size_t>(count);
        if (contents.unpacked_bytes > limits.max_unpacked_bytes || out.size() > limits.max_bytes) {
            contents.is_whole = false;
            return Read::left_out;
        }
        const bool is_first = had == 0;
        if (is_first && !pictures::sniff_picture(out) && !sniff_package(out)) return Read::left_out;
    }
}

// Whether what cannot be read is under a password. Of RAR 5 libarchive only says so in words.
bool is_locked(archive& reader)
{
    if (archive_read_has_encrypted_entries(&reader) > 0) return true;
    const char* error = archive_error_string(&reader);
    return error != nullptr && std::string_view(error).find("ncrypt") != std::string_view::npos;
}

// As the archive writes it; it is made fit to be shown where it is used (Url::inside).
std::string name_of(archive_entry& entry)
{
    const char* name = archive_entry_pathname_utf8(&entry);
    if (name == nullptr) name = archive_entry_pathname(&entry);
    const std::string_view text = name == nullptr ? std::string_view() : std::string_view(name);
    return std::string(text.substr(text.size() - std::min(text.size(), most_name_bytes)));
}

void take_entry(Bytes file, const std::string& name, const PackageLimits& limits, int depth,
                Contents& contents)
{
    if (pictures::sniff_picture(file)) return take_picture(std::move(file), name, limits, contents);
    const auto kind = sniff_package(file);
    if (!kind) return;
    if (depth >= limits.max_depth)
        contents.is_whole = false;
    else if (*kind == PackageKind::pdf)
        (void)take_pdf(file, name, limits, contents);
    else
        (void)take_archive(file, name, limits, depth + 1, contents);
}

} // namespace

bool take_archive(ByteView file, const std::string& name, const PackageLimits& limits, int depth,
                  Contents& contents)
{
    const auto reader = open(file);
    if (!reader) return false;
    Bytes bytes;
    while (!contents.has_more) {
        archive_entry* entry = nullptr;
        const int next = archive_read_next_header(reader.get(), &entry);
        if (next == ARCHIVE_EOF) return true;
        if (next == ARCHIVE_RETRY) continue;
        if (next == ARCHIVE_FATAL || entry == nullptr) {
            if (is_locked(*reader)) ++contents.locked; // its list, too
            return false;
        }
        if (++contents.entries > limits.max_entries || contents.unpacked_bytes > limits.max_unpacked_bytes) {
            contents.is_whole = false;
            return true;
        }
        if (archive_entry_is_encrypted(entry) != 0) {
            ++contents.locked;
            continue;
        }
        if (archive_entry_filetype(entry) == AE_IFDIR) continue;
        const auto read = read_entry(*reader, limits, contents, bytes);
        if (read == Read::broken && archive_read_has_encrypted_entries(reader.get()) > 0) ++contents.locked;
        if (read == Read::whole)
            take_entry(std::move(bytes), within(name, name_of(*entry)), limits, depth, contents);
    }
    return true;
}

void prepare_archives()
{
    static const bool done = [] {
        name_time_zone();
        ::tzset();
        name_charset();
        // What names of entries may be written in. Kept open: what is closed may be looked for again.
        for (const char* from :
             {static_cast<const char*>(::nl_langinfo(CODESET)), "UTF-8", "UTF-16BE", "UTF-16LE", "CP437"})
            for (const char* to :
                 {static_cast<const char*>(::nl_langinfo(CODESET)), "UTF-8", "UTF-16BE", "UTF-16LE"})
                (void)::iconv_open(to, from);
        (void)::unsetenv("TZ"); // the worker begins without any environment
        return true;
    }();
    (void)done;
}

} // namespace stillwatch::packages
