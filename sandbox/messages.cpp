#include "sandbox/messages.hpp"

#include "features/features_codec.hpp"
#include "packages/contents.hpp"
#include "sandbox/answer_parts.hpp"
#include "sandbox/message_contacts.hpp"
#include "sandbox/message_faces.hpp"
#include "sandbox/message_parts.hpp"
#include "sandbox/message_playlist.hpp"
#include "sandbox/message_times.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace stillwatch::sandbox {

namespace {

constexpr std::size_t max_charset_bytes = 40;

enum class AnswerKind : std::uint8_t {
    error = error_kind,
    links = 1,
    features = 2,
    ready = 3,
    sign_grids = 4,
    preview = 5,
    playlist = 6,
    faces = 7,
    times = 8,
    rdap = 9,
    security_txt = 10
};

// Only a name the core knows: an Errc or Mechanism added there is accepted here without a change.
template <class Enum>
bool is_known(Enum value)
{
    return name_of(value) != "unknown";
}

// 0: none.
std::uint8_t policy_code(const std::optional<ReferrerPolicy>& policy)
{
    return policy ? static_cast<std::uint8_t>(static_cast<std::uint8_t>(*policy) + 1) : std::uint8_t{0};
}

bool read_policy(BinaryReader& reader, std::optional<ReferrerPolicy>& policy)
{
    const auto code = reader.number<std::uint8_t>();
    if (code > policy_code(ReferrerPolicy::unsafe_url)) return false;
    if (code > 0) policy = static_cast<ReferrerPolicy>(code - 1);
    return reader.ok();
}

void write_links(BinaryWriter& writer, const PageLinks& page)
{
    writer.number(code_of(AnswerKind::links));
    writer.text(printable(page.charset, max_charset_bytes));
    bool truncated = page.truncated;
    const auto truncated_at = writer.size();
    writer.number(std::uint8_t{0});
    writer.number(code_of(page.wall));
    writer.number(page.next_picture);
    writer.number(std::uint8_t{page.has_locked});
    writer.number(policy_code(page.policy));
    writer.number(static_cast<std::uint8_t>(page.pictures.size()));
    for (const auto& picture : page.pictures) {
        writer.number(static_cast<std::uint32_t>(picture.size()));
        writer.bytes(picture);
    }
    std::uint32_t count = 0;
    const auto count_at = writer.size();
    writer.number(count);
    for (const auto& link : page.links) {
        const bool fits = link.url.size() <= Url::max_bytes &&
                          writer.size() + 9 + link.url.size() <= answer_header_bytes + max_answer_bytes;
        if (!fits) {
            truncated = true;
            continue;
        }
        writer.number(code_of(link.mechanism));
        writer.number(code_of(link.kind));
        writer.number(static_cast<std::uint32_t>(link.item));
        writer.number(policy_code(link.policy));
        writer.text(link.url);
        ++count;
    }
    writer.overwrite(truncated_at, std::uint8_t{truncated});
    writer.overwrite(count_at, count);
}

// Files that stand in the document. False where there are more than any document gives.
bool read_pictures(BinaryReader& reader, PageLinks& page)
{
    const std::size_t count = reader.number<std::uint8_t>();
    if (count > packages::PackageLimits::pictures_at_once) return false;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
        const std::size_t length = reader.number<std::uint32_t>();
        bytes += length;
        if (bytes > packages::PackageLimits::bytes_at_once) return false;
        const auto file = reader.bytes(length);
        page.pictures.emplace_back(file.begin(), file.end());
    }
    return reader.ok();
}

Result<Answer> read_links(BinaryReader& reader, const html::ExtractLimits& limits)
{
    PageLinks page;
    page.charset = reader.text(max_charset_bytes);
    const auto truncated = reader.number<std::uint8_t>();
    page.truncated = truncated == 1;
    page.wall = static_cast<Wall>(reader.number<std::uint8_t>());
    page.next_picture = reader.number<std::uint32_t>();
    const auto locked = reader.number<std::uint8_t>();
    page.has_locked = locked == 1;
    if (locked > 1 || !read_policy(reader, page.policy))
        return broken("answer: what a document lets be told");
    if (!read_pictures(reader, page)) return broken("answer: pictures inside the document");
    const std::size_t count = reader.number<std::uint32_t>();
    if (!reader.ok() || truncated > 1 || !is_known(page.wall) || !all_printable(page.charset))
        return broken("answer: head of the links");
    if (count > limits.max_links_of_sitemap()) return broken("answer: more links than asked for");
    for (std::size_t i = 0; i < count; ++i) {
        const auto mechanism = static_cast<Mechanism>(reader.number<std::uint8_t>());
        const auto kind = reader.number<std::uint8_t>();
        const auto item = reader.number<std::uint32_t>();
        std::optional<ReferrerPolicy> policy;
        const bool has_policy = read_policy(reader, policy);
        const auto url = reader.text(Url::max_bytes);
        if (!has_policy || !reader.ok() || !is_known(mechanism) || kind > code_of(LinkKind::video))
            return broken("answer: a link");
        const bool may_be_tied = kind != code_of(LinkKind::page) && std::in_range<int>(item) &&
                                 item <= limits.max_links_of_sitemap();
        if (item != 0 && !may_be_tied) return broken("answer: an item");
        page.links.push_back(
            Link{mechanism, static_cast<LinkKind>(kind), std::string(url), static_cast<int>(item), policy});
    }
    if (!reader.complete()) return broken("answer: bytes after the links");
    return Answer{std::move(page)};
}

void write_features(BinaryWriter& writer, const PictureFeatures& features)
{
    writer.number(code_of(AnswerKind::features));
    writer.flag(features.list_digests.has_value());
    if (features.list_digests) {
        writer.bytes(features.list_digests->md5);
        writer.bytes(features.list_digests->sha1);
    }
    features::write_features(writer, features);
}

// For sides that are positive.
bool within(int width_px, int height_px, const pictures::PictureLimits& limits)
{
    if (width_px > limits.max_side_px || height_px > limits.max_side_px) return false;
    return static_cast<std::uint64_t>(width_px) * static_cast<std::uint64_t>(height_px) <= limits.max_pixels;
}

Result<Answer> read_features(BinaryReader& reader, const FeaturesWork& asked)
{
    const auto has_list_digests = reader.number<std::uint8_t>();
    if (has_list_digests != (asked.wants_list_digests ? 1 : 0)) return broken("answer: digests for lists");
    ListDigests list_digests;
    if (asked.wants_list_digests) {
        std::ranges::copy(reader.bytes(list_digests.md5.size()), list_digests.md5.begin());
        std::ranges::copy(reader.bytes(list_digests.sha1.size()), list_digests.sha1.begin());
    }
    auto features = features::decode_features(reader.rest(), asked.detail);
    if (!features) return broken("answer: features");
    if (asked.wants_list_digests) features->list_digests = list_digests;
    if (!within(features->width_px, features->height_px, asked.limits))
        return broken("answer: size of the picture");
    return Answer{std::move(*features)};
}

void write_sign_grids(BinaryWriter& writer, const std::vector<SignGrid>& sign_grids)
{
    writer.number(code_of(AnswerKind::sign_grids));
    writer.bytes(features::encode_sign_grids(sign_grids));
}

Result<Answer> read_sign_grids(BinaryReader& reader, const ViewsWork& asked)
{
    auto sign_grids = features::decode_sign_grids(reader.rest());
    if (!sign_grids) return broken("answer: sign grids");
    const auto is_of = [](const SignGrid& sign_grid, const View& view) {
        return sign_grid.tile_columns == view.tile_columns && sign_grid.tile_rows == view.tile_rows;
    };
    if (!std::equal(sign_grids->begin(), sign_grids->end(), asked.views.begin(), asked.views.end(), is_of))
        return broken("answer: other sign grids than asked for");
    return Answer{std::move(*sign_grids)};
}

void write_preview(BinaryWriter& writer, const features::Preview& preview)
{
    writer.number(code_of(AnswerKind::preview));
    writer.number(static_cast<std::uint32_t>(preview.width_px));
    writer.number(static_cast<std::uint32_t>(preview.height_px));
    writer.number(static_cast<std::uint16_t>(preview.frame.width_px));
    writer.number(static_cast<std::uint16_t>(preview.frame.height_px));
    writer.bytes(std::as_bytes(std::span(preview.frame.levels)));
}

Result<Answer> read_preview(BinaryReader& reader, const PreviewWork& asked)
{
    const auto side = [&](std::uint32_t value, int largest) {
        if (value == 0 || value > static_cast<std::uint32_t>(std::max(largest, 0))) reader.refuse();
        return reader.ok() ? static_cast<int>(value) : 0;
    };
    features::Preview preview;
    preview.width_px = side(reader.number<std::uint32_t>(), asked.limits.max_side_px);
    preview.height_px = side(reader.number<std::uint32_t>(), asked.limits.max_side_px);
    auto& frame = preview.frame;
    frame.width_px = side(reader.number<std::uint16_t>(), LocalFeatures::max_side_px);
    frame.height_px = side(reader.number<std::uint16_t>(), LocalFeatures::max_side_px);
    if (!reader.ok() || !within(preview.width_px, preview.height_px, asked.limits))
        return broken("answer: size of the preview");
    const auto levels =
        reader.bytes(static_cast<std::size_t>(frame.width_px) * static_cast<std::size_t>(frame.height_px));
    if (!reader.complete()) return broken("answer: levels of the preview");
    frame.levels.resize(levels.size());
    std::ranges::transform(levels, frame.levels.begin(),
                           [](std::byte level) { return std::to_integer<std::uint8_t>(level); });
    return Answer{std::move(preview)};
}

} // namespace

Bytes encode_answer(std::uint64_t number, const Answer& answer)
{
    return framed(number, [&](BinaryWriter& writer) {
        if (const auto* refusal = std::get_if<Refusal>(&answer)) write_error(writer, refusal->error);
        if (const auto* page = std::get_if<PageLinks>(&answer)) write_links(writer, *page);
        if (const auto* features = std::get_if<PictureFeatures>(&answer)) write_features(writer, *features);
        if (const auto* sign_grids = std::get_if<std::vector<SignGrid>>(&answer))
            write_sign_grids(writer, *sign_grids);
        if (const auto* preview = std::get_if<features::Preview>(&answer)) write_preview(writer, *preview);
        if (const auto* playlist = std::get_if<Playlist>(&answer)) {
            writer.number(code_of(AnswerKind::playlist));
            write_playlist(writer, *playlist);
        }
        if (const auto* faces = std::get_if<FacesSeen>(&answer)) {
            writer.number(code_of(AnswerKind::faces));
            write_faces(writer, *faces);
        }
        if (const auto* times = std::get_if<FrameTimes>(&answer)) {
            writer.number(code_of(AnswerKind::times));
            write_times(writer, *times);
        }
        if (const auto* answer_of_registry = std::get_if<RdapAnswer>(&answer)) {
            writer.number(code_of(AnswerKind::rdap));
            write_rdap(writer, *answer_of_registry);
        }
        if (const auto* text = std::get_if<SecurityTxt>(&answer)) {
            writer.number(code_of(AnswerKind::security_txt));
            write_security_txt(writer, *text);
        }
    });
}

Bytes encode_greeting(const Result<void>& restricted)
{
    return framed(0, [&](BinaryWriter& writer) {
        if (restricted)
            writer.number(code_of(AnswerKind::ready));
        else
            write_error(writer, restricted.error());
    });
}

Result<AnswerHeader> decode_answer_header(ByteView header)
{
    BinaryReader reader(header);
    const auto mark = reader.number<std::uint32_t>();
    const auto number = reader.number<std::uint64_t>();
    const std::size_t payload_bytes = reader.number<std::uint32_t>();
    if (!reader.complete() || mark != answer_mark) return broken("answer: mark");
    if (payload_bytes == 0 || payload_bytes > max_answer_bytes) return broken("answer: length");
    return AnswerHeader{number, payload_bytes};
}

Result<Answer> decode_answer(ByteView payload, const Request& request)
{
    if (payload.size() > max_answer_bytes) return broken("answer: length");
    BinaryReader reader(payload);
    const auto kind = static_cast<AnswerKind>(reader.number<std::uint8_t>());
    const auto* links = std::get_if<LinksWork>(&request.work);
    const auto* features = std::get_if<FeaturesWork>(&request.work);
    const auto* views = std::get_if<ViewsWork>(&request.work);
    if (kind == AnswerKind::links && links != nullptr) return read_links(reader, links->limits);
    if (kind == AnswerKind::features && features != nullptr) return read_features(reader, *features);
    if (kind == AnswerKind::sign_grids && views != nullptr) return read_sign_grids(reader, *views);
    const auto* preview = std::get_if<PreviewWork>(&request.work);
    if (kind == AnswerKind::preview && preview != nullptr) return read_preview(reader, *preview);
    if (kind == AnswerKind::playlist && std::holds_alternative<PlaylistWork>(request.work)) {
        auto playlist = read_playlist(reader);
        if (!playlist) return broken("answer: playlist");
        return Answer{*std::move(playlist)};
    }
    const auto* faces = std::get_if<FacesWork>(&request.work);
    if (kind == AnswerKind::faces && faces != nullptr) {
        auto seen = read_faces(reader);
        const bool is_within = seen && within(seen->width_px, seen->height_px, faces->limits);
        if (seen && !is_within) wipe(*seen);
        if (!is_within) return broken("answer: faces");
        return Answer{*std::move(seen)};
    }
    if (kind == AnswerKind::times && std::holds_alternative<TimesWork>(request.work)) {
        auto times = read_times(reader);
        if (!times) return broken("answer: times");
        return Answer{*std::move(times)};
    }
    if (kind == AnswerKind::rdap && std::holds_alternative<RdapWork>(request.work)) {
        auto told = read_rdap(reader);
        if (!told) return broken("answer: rdap");
        return Answer{*std::move(told)};
    }
    if (kind == AnswerKind::security_txt && std::holds_alternative<SecurityTxtWork>(request.work)) {
        auto told = read_security_txt(reader);
        if (!told) return broken("answer: security.txt");
        return Answer{*std::move(told)};
    }
    if (kind == AnswerKind::error && reader.ok())
        if (auto error = read_error(reader)) return Answer{Refusal(std::move(*error))};
    return broken("answer: kind");
}

Result<void> decode_greeting(ByteView payload)
{
    BinaryReader reader(payload);
    const auto kind = static_cast<AnswerKind>(reader.number<std::uint8_t>());
    if (kind == AnswerKind::ready && reader.complete()) return {};
    if (kind == AnswerKind::error && reader.ok())
        if (auto error = read_error(reader)) return std::move(*error);
    return broken("greeting");
}

} // namespace stillwatch::sandbox
