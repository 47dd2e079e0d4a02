#include "evidence/package.hpp"

#include "core/ascii.hpp"
#include "evidence/manifest.hpp"
#include "evidence/tar.hpp"
#include "evidence/warc.hpp"
#include "vault/age.hpp"
#include "vault/pending_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::evidence {

namespace {

void add_hops(std::vector<WarcExchange>& exchanges, const std::vector<Fetched>& hops, std::string via)
{
    for (const auto& hop : hops) {
        exchanges.push_back({&hop, std::move(via)});
        via = hop.url.text();
    }
}

Bytes warc_of(const EvidenceSettings& settings, const EvidenceFacts& facts, const Capture& capture)
{
    std::vector<WarcExchange> exchanges;
    add_hops(exchanges, capture.page, "");
    const auto& page = facts.finding.page_url;
    add_hops(exchanges, capture.image, page == facts.finding.image_url ? "" : page.text());
    for (const auto& part : capture.parts)
        exchanges.push_back({&part, facts.finding.image_url.text()});
    const WarcInfo info{std::string(warc_file), settings.software, settings.organisation,
                        settings.user_agent,    settings.robots,   facts.recorded_at};
    return write_warc(info, exchanges);
}

void append(Bytes& archive, std::string_view name, ByteView content, std::int64_t modified)
{
    const auto header = tar_header(name, content.size(), modified);
    archive.insert(archive.end(), header.begin(), header.end());
    archive.insert(archive.end(), content.begin(), content.end());
    archive.resize(archive.size() + tar_padding(content.size()));
}

Result<std::vector<vault::AgeRecipient>> parse_recipients(const std::vector<std::string>& texts)
{
    std::vector<vault::AgeRecipient> recipients;
    for (const auto& text : texts) {
        const auto recipient = vault::AgeRecipient::parse(text);
        if (!recipient) return recipient.error();
        recipients.push_back(*recipient);
    }
    return recipients;
}

bool is_plain_name(std::string_view text)
{
    const auto plain = [](char c) { return is_letter_or_digit(c) || c == '-'; };
    return !text.empty() && text.size() <= 64 && text.front() != '-' && std::ranges::all_of(text, plain);
}

} // namespace

Result<Package> make_package(const EvidenceSettings& settings, const vault::SigningKey& key,
                             const EvidenceFacts& facts, const Capture& capture)
{
    if (capture.image.empty()) return Error{Errc::invalid_argument, "evidence without a captured picture"};
    const auto warc = warc_of(settings, facts, capture);
    const auto public_key = key.verify_key().pem();
    const std::array files{
        PackageFile{std::string(warc_file), warc.size(), Sha256::of(warc)},
        PackageFile{std::string(key_file), public_key.size(), Sha256::of(as_bytes(public_key))},
    };
    const auto manifest = render_manifest(settings, facts, capture, key.verify_key().id(), files);
    const auto signature = key.sign(as_bytes(manifest));

    const auto modified =
        std::chrono::duration_cast<std::chrono::seconds>(facts.recorded_at.time_since_epoch()).count();
    Package package{{}, Sha256::of(as_bytes(manifest))};
    append(package.archive, manifest_file, as_bytes(manifest), modified);
    append(package.archive, signature_file, signature, modified);
    append(package.archive, key_file, as_bytes(public_key), modified);
    append(package.archive, warc_file, warc, modified);
    package.archive.resize(package.archive.size() + tar_end);
    return package;
}

Result<StoredEvidence> write_evidence(const EvidenceSettings& settings, const vault::SigningKey& key,
                                      const EvidenceFacts& facts, const Capture& capture)
{
    if (!is_plain_name(facts.case_pseudonym))
        return Error{Errc::invalid_argument, "a pseudonym that cannot be part of a file name"};
    const auto recipients = parse_recipients(settings.recipients);
    if (!recipients) return recipients.error();
    const auto package = make_package(settings, key, facts, capture);
    if (!package) return package.error();

    StoredEvidence stored{fmt::format("{}-{}{}", facts.case_pseudonym,
                                      package->manifest_digest.hex().substr(0, 24), package_suffix),
                          0,
                          {},
                          package->manifest_digest};
    auto file = vault::PendingFile::create(settings.directory / stored.file);
    if (!file) return file.error();
    Sha256Hasher hasher;
    const auto to_disk = [&](ByteView sealed) {
        hasher.update(sealed);
        stored.size += sealed.size();
        return file->append(sealed);
    };
    auto writer = vault::AgeWriter::start(*recipients, to_disk);
    if (!writer) return writer.error();
    if (const auto written = writer->write(package->archive); !written) return written.error();
    if (const auto finished = writer->finish(); !finished) return finished.error();
    if (const auto committed = file->commit(); !committed) return committed.error();
    stored.digest = hasher.finish();
    return stored;
}

} // namespace stillwatch::evidence
