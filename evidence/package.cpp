#include "evidence/package.hpp"

#include "core/ascii.hpp"
#include "evidence/cover.hpp"
#include "evidence/custody.hpp"
#include "evidence/manifest.hpp"
#include "evidence/orphans.hpp"
#include "evidence/unstamped.hpp"
#include "evidence/verify_pack.hpp"
#include "evidence/wacz.hpp"
#include "evidence/warc.hpp"
#include "evidence/zip.hpp"
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

WarcFile warc_of(const EvidenceSettings& settings, const EvidenceFacts& facts, const Capture& capture)
{
    std::vector<WarcExchange> exchanges;
    add_hops(exchanges, capture.page, "");
    const auto& page = facts.finding.page_url;
    add_hops(exchanges, capture.image, page == facts.finding.image_url ? "" : page.text());
    if (facts.check && facts.check->same) exchanges.back().same = &*facts.check->same;
    for (const auto& part : capture.parts)
        exchanges.push_back({&part, facts.finding.image_url.text()});
    for (const auto& style : capture.styles)
        add_hops(exchanges, style->chain, style->via);
    const WarcInfo info{std::string(warc_name), settings.software, settings.organisation,
                        settings.user_agent,    settings.robots,   facts.recorded_at};
    return write_warc(info, exchanges);
}

// The files of a package as they are made, in the order of the archive.
class Files {
public:
    Files() = default;
    Files(Files&&) = default; // a copy would borrow from what it was made of
    Files& operator=(Files&&) = default;

    void add(std::string_view name, Bytes content)
    {
        listed_.push_back({std::string(name), content.size(), Sha256::of(content)});
        contents_.push_back(std::move(content)); // moving it leaves the bytes where they are
        members_.push_back({std::string(name), contents_.back()});
    }
    void add(std::string_view name, std::string_view content) { add(name, to_bytes(content)); }
    std::span<const ZipMember> members() const noexcept { return members_; }
    std::span<const PackageFile> listed() const noexcept { return listed_; }

private:
    std::vector<Bytes> contents_;
    std::vector<ZipMember> members_;
    std::vector<PackageFile> listed_;
};

// A package before its files are put into one archive.
struct Parts {
    Files files;
    Sha256 manifest_digest{};
    Sha256 list_digest{};
    WarcAnswer picture{};
};

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

Result<Parts> make_parts(const EvidenceSettings& settings, const vault::SigningKey& key,
                         const EvidenceFacts& facts, const Capture& capture)
{
    if (capture.image.empty()) return Error{Errc::invalid_argument, "evidence without a captured picture"};
    const auto signer = key.verify_key();
    auto warc = warc_of(settings, facts, capture);
    const auto index = render_cdxj(warc.index, warc_name);
    const auto pages = render_pages(capture);
    const auto public_key = signer.pem();
    const auto custody = render_custody(settings, facts, capture);
    const auto cover = render_cover(settings, facts, capture, signer.id());
    Parts parts;
    parts.picture = std::move(warc.answers[capture.page.size() + capture.image.size() - 1]);
    auto& files = parts.files;
    files.add(warc_file, std::move(warc.bytes));
    files.add(index_file, index);
    files.add(pages_file, pages);
    files.add(key_file, public_key);
    files.add(custody_file, custody);
    files.add(cover_file, cover);
    files.add(program_file, verify_pack);
    const ManifestKeys keys{signer.id(), to_base64(key.on_p384().verify_key().spki())};
    const auto manifest = render_manifest(settings, facts, capture, keys, files.listed());
    const auto signature = key.sign(as_bytes(manifest));
    files.add(manifest_file, manifest);
    parts.manifest_digest = files.listed().back().digest;
    files.add(signature_file, Bytes(signature.begin(), signature.end()));
    const auto& main = capture.page.empty() ? capture.image.front() : capture.page.front();
    const auto list = render_data_package({facts.case_pseudonym, main.url.text(), main.started,
                                           settings.software, facts.recorded_at, files.listed()});
    const auto digest = render_package_digest(list, key.on_p384(), settings.software, facts.recorded_at);
    files.add(package_list_file, list);
    parts.list_digest = files.listed().back().digest;
    files.add(package_digest_file, digest);
    return parts;
}

// The archive, sealed as it is made: it is never in memory as a whole.
Result<void> seal(const Parts& parts, Timestamp modified, vault::AgeWriter& writer)
{
    const auto members = parts.files.members();
    const auto frame = zip_frame(members, modified);
    if (!frame) return frame.error();
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (const auto written = writer.write((*frame)[i]); !written) return written;
        if (const auto written = writer.write(members[i].content); !written) return written;
    }
    if (const auto written = writer.write(frame->back()); !written) return written;
    return writer.finish();
}

} // namespace

Result<Package> make_package(const EvidenceSettings& settings, const vault::SigningKey& key,
                             const EvidenceFacts& facts, const Capture& capture)
{
    auto parts = make_parts(settings, key, facts, capture);
    if (!parts) return parts.error();
    auto archive = write_zip(parts->files.members(), facts.recorded_at);
    if (!archive) return archive.error();
    return Package{std::move(*archive), parts->manifest_digest, parts->list_digest,
                   std::move(parts->picture.record)};
}

bool is_package_name(std::string_view name) noexcept
{
    return name.ends_with(package_suffix) || name.ends_with(older_package_suffix);
}

std::string package_name(std::string_view pseudonym, const Sha256& manifest_digest, std::string_view suffix)
{
    return fmt::format("{}-{}{}", pseudonym, manifest_digest.hex().substr(0, 24), suffix);
}

Result<StoredEvidence> write_evidence(const EvidenceSettings& settings, const vault::SigningKey& key,
                                      const EvidenceFacts& facts, const Capture& capture)
{
    if (!is_plain_name(facts.case_pseudonym))
        return Error{Errc::invalid_argument, "a pseudonym that cannot be part of a file name"};
    const auto recipients = parse_recipients(settings.recipients);
    if (!recipients) return recipients.error();
    const auto package = make_parts(settings, key, facts, capture);
    if (!package) return package.error();

    StoredEvidence stored{
        package_name(facts.case_pseudonym, package->manifest_digest), 0, {}, package->manifest_digest, {}};
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
    if (const auto sealed = seal(*package, facts.recorded_at, *writer); !sealed) return sealed.error();
    // One sync makes both names durable: a package whose note a power cut took is an orphan, since its
    // finding is committed later than this.
    const Unstamped note{stored.file, package->list_digest, facts.recorded_at};
    if (const auto noted = note_unstamped(settings.directory, note); !noted) return noted.error();
    if (const auto committed = file->commit(); !committed) {
        // Without its package the note says nothing; the next start removes it where this cannot.
        if (committed.error().code != Errc::exists) (void)remove_package(settings.directory, stored.file);
        return committed.error();
    }
    stored.digest = hasher.finish();
    const auto& picture = capture.image.back();
    const bool is_elsewhere = facts.check && facts.check->same;
    if (!is_elsewhere && picture.cut == Cut::none && package->picture.payload == facts.finding.content)
        stored.picture = CapturedRecord{stored.file, package->picture.record, picture.url, picture.started,
                                        facts.finding.content};
    return stored;
}

} // namespace stillwatch::evidence
