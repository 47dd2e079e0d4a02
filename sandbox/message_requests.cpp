// Requests, the daemon's half of sandbox/messages.hpp; answers stand in messages.cpp.
#include "sandbox/message_parts.hpp"
#include "sandbox/messages.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace stillwatch::sandbox {

namespace {

constexpr std::uint32_t request_mark = 0x31515753; // "SWQ1"

// A limit added there must be sent, too.
static_assert(sizeof(html::ExtractLimits) == 4 * sizeof(std::size_t));
static_assert(sizeof(pictures::PictureLimits) == 2 * sizeof(std::size_t) + 2 * sizeof(int));

enum class WorkKind : std::uint8_t {
    links = 1,
    features = 2,
    views = 3,
    preview = 4,
    playlist = 5,
    faces = 6,
    times = 7,
    rdap = 8,
    security_txt = 9
};

std::uint32_t side_code(int side_px)
{
    return static_cast<std::uint32_t>(std::max(side_px, 0));
}

int read_side(BinaryReader& reader)
{
    const auto side_px = reader.number<std::uint32_t>();
    if (side_px > static_cast<std::uint32_t>(std::numeric_limits<int>::max())) reader.refuse();
    return reader.ok() ? static_cast<int>(side_px) : 0;
}

void write_limits(BinaryWriter& writer, const pictures::PictureLimits& limits)
{
    writer.number(std::uint64_t{limits.max_pixels});
    writer.number(side_code(limits.max_side_px));
    writer.number(side_code(limits.min_side_px));
    writer.number(std::uint64_t{limits.max_working_bytes});
}

pictures::PictureLimits read_limits(BinaryReader& reader)
{
    pictures::PictureLimits limits;
    limits.max_pixels = reader.number<std::uint64_t>();
    limits.max_side_px = read_side(reader);
    limits.min_side_px = read_side(reader);
    limits.max_working_bytes = reader.number<std::uint64_t>();
    return limits;
}

void write_links(BinaryWriter& writer, const LinksWork& work)
{
    writer.text(work.content_type);
    writer.text(work.link);
    writer.text(work.base);
    writer.number(std::uint64_t{work.limits.max_bytes});
    writer.number(std::uint64_t{work.limits.max_links});
    writer.number(std::uint64_t{work.limits.max_depth});
    writer.number(std::uint64_t{work.limits.max_attributes});
    writer.number(work.first_picture);
}

LinksWork read_links(BinaryReader& reader)
{
    LinksWork work;
    work.content_type = reader.text(max_content_type_bytes);
    work.link = reader.text(max_link_header_bytes);
    work.base = reader.text(Url::max_bytes);
    work.limits.max_bytes = reader.number<std::uint64_t>();
    work.limits.max_links = reader.number<std::uint64_t>();
    work.limits.max_depth = reader.number<std::uint64_t>();
    work.limits.max_attributes = reader.number<std::uint64_t>();
    work.first_picture = reader.number<std::uint32_t>();
    return work;
}

void write_features(BinaryWriter& writer, const FeaturesWork& work)
{
    write_limits(writer, work.limits);
    writer.number(code_of(work.detail));
    writer.number(static_cast<std::uint8_t>(work.wants_list_digests ? 1 : 0));
}

FeaturesWork read_features(BinaryReader& reader)
{
    FeaturesWork work;
    work.limits = read_limits(reader);
    const auto detail = reader.number<std::uint8_t>();
    const auto wants_list_digests = reader.number<std::uint8_t>();
    if (detail > code_of(Detail::reference) || wants_list_digests > 1) reader.refuse();
    work.wants_list_digests = wants_list_digests == 1;
    if (reader.ok()) work.detail = static_cast<Detail>(detail);
    return work;
}

bool is_asked_well(const View& view)
{
    const auto in_bounds = [](int tiles) { return tiles >= 1 && tiles <= SignGrid::max_tiles_a_side; };
    return view.frame >= 0 &&
           static_cast<std::size_t>(view.frame) < PictureFeatures::max_frames + PictureFeatures::max_parts &&
           in_bounds(view.tile_columns) && in_bounds(view.tile_rows) &&
           std::all_of(std::begin(view.a), std::end(view.a), [](double a) { return std::isfinite(a); });
}

bool is_asked_well(const std::vector<View>& views)
{
    return !views.empty() && views.size() <= max_views &&
           std::all_of(views.begin(), views.end(), [](const View& view) { return is_asked_well(view); });
}

void write_views(BinaryWriter& writer, const ViewsWork& work)
{
    write_limits(writer, work.limits);
    writer.bytes(work.file_digest.bytes);
    writer.number(static_cast<std::uint8_t>(work.views.size()));
    for (const auto& view : work.views) {
        writer.number(static_cast<std::uint8_t>(view.frame));
        writer.number(static_cast<std::uint8_t>(view.tile_columns));
        writer.number(static_cast<std::uint8_t>(view.tile_rows));
        for (const auto a : view.a)
            writer.real(a);
    }
}

ViewsWork read_views(BinaryReader& reader)
{
    ViewsWork work;
    work.limits = read_limits(reader);
    work.file_digest = reader.digest();
    const std::size_t count = reader.number<std::uint8_t>();
    if (count > max_views) reader.refuse();
    for (std::size_t i = 0; reader.ok() && i < count; ++i) {
        View view;
        view.frame = reader.number<std::uint8_t>();
        view.tile_columns = reader.number<std::uint8_t>();
        view.tile_rows = reader.number<std::uint8_t>();
        for (auto& a : view.a)
            a = reader.real();
        work.views.push_back(view);
    }
    if (!is_asked_well(work.views)) reader.refuse();
    return work;
}

} // namespace

std::array<std::byte, request_length_bytes> encode_request_length(std::size_t bytes) noexcept
{
    std::array<std::byte, request_length_bytes> code{};
    for (std::size_t i = 0; i < code.size(); ++i)
        code[i] = static_cast<std::byte>((bytes >> (8 * i)) & 0xffU);
    return code;
}

Result<Datagram> split_datagram(ByteView datagram)
{
    BinaryReader reader(datagram.first(std::min(datagram.size(), request_length_bytes)));
    const std::size_t length = reader.number<std::uint32_t>();
    if (!reader.complete() || length > datagram.size() - request_length_bytes)
        return broken("datagram: length of the request");
    const auto rest = datagram.subspan(request_length_bytes);
    return Datagram{rest.first(length), rest.subspan(length)};
}

Result<Bytes> encode_request(const Request& request)
{
    if (request.content_encoding.size() > max_content_encoding_bytes)
        return Error{Errc::invalid_argument, "request: content_encoding is too long"};
    const auto* links = std::get_if<LinksWork>(&request.work);
    const auto* features = std::get_if<FeaturesWork>(&request.work);
    const auto* views = std::get_if<ViewsWork>(&request.work);
    const auto* preview = std::get_if<PreviewWork>(&request.work);
    const auto* playlist = std::get_if<PlaylistWork>(&request.work);
    if (links != nullptr &&
        (links->content_type.size() > max_content_type_bytes || links->link.size() > max_link_header_bytes ||
         links->base.size() > Url::max_bytes))
        return Error{Errc::invalid_argument, "request: content_type, link or base is too long"};
    if (playlist != nullptr && playlist->base.size() > Url::max_bytes)
        return Error{Errc::invalid_argument, "request: base is too long"};
    if (views != nullptr && !is_asked_well(views->views))
        return Error{Errc::invalid_argument, "request: views out of their bounds"};
    BinaryWriter writer;
    const auto begin = [&](WorkKind kind) {
        writer.number(request_mark);
        writer.number(request.number);
        writer.number(request.body_bytes);
        writer.number(request.max_decoded_bytes);
        writer.number(code_of(kind));
        writer.text(request.content_encoding);
    };
    if (links != nullptr) {
        begin(WorkKind::links);
        write_links(writer, *links);
    } else if (features != nullptr) {
        begin(WorkKind::features);
        write_features(writer, *features);
    } else if (views != nullptr) {
        begin(WorkKind::views);
        write_views(writer, *views);
    } else if (preview != nullptr) {
        begin(WorkKind::preview);
        write_limits(writer, preview->limits);
    } else if (playlist != nullptr) {
        begin(WorkKind::playlist);
        writer.text(playlist->base);
    } else if (const auto* faces = std::get_if<FacesWork>(&request.work)) {
        begin(WorkKind::faces);
        write_limits(writer, faces->limits);
    } else if (const auto* times = std::get_if<TimesWork>(&request.work)) {
        begin(WorkKind::times);
        write_limits(writer, times->limits);
    } else if (std::holds_alternative<RdapWork>(request.work)) {
        begin(WorkKind::rdap);
    } else if (std::holds_alternative<SecurityTxtWork>(request.work)) {
        begin(WorkKind::security_txt);
    }
    return std::move(writer).take();
}

Result<Request> decode_request(ByteView message)
{
    BinaryReader reader(message);
    if (reader.number<std::uint32_t>() != request_mark) return broken("request: mark");
    Request request;
    request.number = reader.number<std::uint64_t>();
    request.body_bytes = reader.number<std::uint64_t>();
    request.max_decoded_bytes = reader.number<std::uint64_t>();
    const auto kind = static_cast<WorkKind>(reader.number<std::uint8_t>());
    request.content_encoding = reader.text(max_content_encoding_bytes);
    switch (kind) {
    case WorkKind::links: request.work = read_links(reader); break;
    case WorkKind::features: request.work = read_features(reader); break;
    case WorkKind::views: request.work = read_views(reader); break;
    case WorkKind::preview: request.work = PreviewWork{read_limits(reader)}; break;
    case WorkKind::playlist: request.work = PlaylistWork{std::string(reader.text(Url::max_bytes))}; break;
    case WorkKind::faces: request.work = FacesWork{read_limits(reader)}; break;
    case WorkKind::times: request.work = TimesWork{read_limits(reader)}; break;
    case WorkKind::rdap: request.work = RdapWork{}; break;
    case WorkKind::security_txt: request.work = SecurityTxtWork{}; break;
    default: return broken("request: kind");
    }
    if (!reader.complete() || request.number == 0) return broken("request: length, number or a bound");
    return request;
}

} // namespace stillwatch::sandbox
