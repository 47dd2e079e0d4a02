#include "samples.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include <memory>
#include <stdexcept>

namespace stillwatch::packages::test {

namespace {

void append(Bytes& out, ByteView data)
{
    out.insert(out.end(), data.begin(), data.end());
}

void append_little(Bytes& out, std::uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; ++i)
        out.push_back(static_cast<std::byte>(value >> (8U * i)));
}

std::uint32_t check_sum(ByteView bytes)
{
    return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

} // namespace

Bytes archive_of(const Entries& entries, ArchiveKind kind, const std::string& password)
{
    std::vector<char> buffer(64U << 20U); // outlives the writer
    const std::unique_ptr<archive, decltype(&archive_write_free)> writer(archive_write_new(),
                                                                         archive_write_free);
    if (kind == ArchiveKind::zip)
        (void)archive_write_set_format_zip(writer.get());
    else
        (void)archive_write_set_format_7zip(writer.get());
    if (!password.empty()) {
        (void)archive_write_set_options(writer.get(), "zip:encryption=zipcrypt");
        (void)archive_write_set_passphrase(writer.get(), password.c_str());
    }
    std::size_t used = 0;
    if (archive_write_open_memory(writer.get(), buffer.data(), buffer.size(), &used) != ARCHIVE_OK)
        throw std::runtime_error("archive");
    for (const auto& [name, data] : entries) {
        const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                                  archive_entry_free);
        archive_entry_set_pathname(entry.get(), name.c_str());
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(data.size()));
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), 0644);
        archive_entry_set_mtime(entry.get(), 1'700'000'000, 0);
        if (archive_write_header(writer.get(), entry.get()) < ARCHIVE_WARN || // names in this locale

            archive_write_data(writer.get(), data.data(), data.size()) < 0)
            throw std::runtime_error(archive_error_string(writer.get()));
    }
    if (archive_write_close(writer.get()) != ARCHIVE_OK) throw std::runtime_error("archive end");
    Bytes out;
    append(out, std::as_bytes(std::span(buffer.data(), used)));
    return out;
}

Bytes rar_of(const Entries& entries)
{
    Bytes out = to_bytes(std::string_view("Rar!\x1A\x07\x00", 7));
    const auto append_header = [&](const Bytes& header) {
        append_little(out, check_sum(header) & 0xFFFFU, 2);
        append(out, header);
    };
    Bytes main;
    append_little(main, 0x73, 1);
    append_little(main, 0, 2);
    append_little(main, 13, 2);
    append_little(main, 0, 6);
    append_header(main);
    for (const auto& [name, data] : entries) {
        Bytes header;
        append_little(header, 0x74, 1);
        append_little(header, 0x8000, 2);
        append_little(header, 32 + name.size(), 2);
        append_little(header, data.size(), 4);
        append_little(header, data.size(), 4);
        append_little(header, 3, 1); // made on Unix
        append_little(header, check_sum(data), 4);
        append_little(header, 0x58000000, 4);
        append_little(header, 20, 1);
        append_little(header, 0x30, 1); // stored
        append_little(header, name.size(), 2);
        append_little(header, 0100644, 4);
        append(header, as_bytes(name));
        append_header(header);
        append(out, data);
    }
    return out;
}

Bytes pdf_of(const std::string& dictionary, const Bytes& stream)
{
    Bytes out = to_bytes("%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n2 0 obj\n<< " + dictionary +
                         " /Length " + std::to_string(stream.size()) + " >>\nstream\n");
    append(out, stream);
    append(out, as_bytes("\nendstream\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"));
    return out;
}

Bytes deflated(const Bytes& bytes)
{
    auto size = compressBound(bytes.size());
    Bytes out(size);
    if (compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                 bytes.size()) != Z_OK)
        throw std::runtime_error("deflate");
    out.resize(size);
    return out;
}

} // namespace stillwatch::packages::test
