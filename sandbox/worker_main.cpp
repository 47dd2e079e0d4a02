// stillwatch-worker: the only program that parses what came from the network.
#include "contacts/rdap.hpp"
#include "contacts/security_txt.hpp"
#include "features/extract.hpp"
#include "features/worker.hpp"
#include "html/extract.hpp"
#include "packages/pictures_inside.hpp"
#include "packages/unpack.hpp"
#include "pictures/decode.hpp"
#include "pictures/sniff.hpp"
#include "sandbox/content_decoding.hpp"
#include "sandbox/frame_cache.hpp"
#include "sandbox/worker_loop.hpp"
#include "videos/playlists/playlist.hpp"

namespace {

using namespace stillwatch;

// The bytes that were meant, and what holds them where a content encoding was undone.
struct Content {
    ByteView bytes;
    bool truncated = false;
    Bytes decoded{};
};

Result<Content> content_of(const sandbox::Request& request, ByteView body)
{
    Content content{body};
    if (!sandbox::leaves_content_alone(request.content_encoding)) {
        auto decoded = sandbox::decode_content(body, request.content_encoding, request.max_decoded_bytes);
        // Encoded by name only: what was meant, and what some show.
        const bool is_page = std::holds_alternative<sandbox::LinksWork>(request.work);
        const bool is_inside = decoded && (is_page || pictures::sniff_picture(decoded->bytes));
        if (!is_inside && pictures::sniff_picture(body)) return content;
        if (!decoded) {
            const auto& why = decoded.error();
            return Error{why.code == Errc::undecodable ? Errc::malformed : why.code, why.detail};
        }
        content.decoded = std::move(decoded->bytes);
        content.bytes = content.decoded; // moving `content` leaves the bytes where they are
        content.truncated = decoded->truncated;
    }
    if (content.bytes.size() > request.max_decoded_bytes)
        return Error{Errc::too_large, "content: over its limit"};
    return content;
}

sandbox::Answer links_in(const sandbox::LinksWork& work, const Content& content)
{
    if (packages::sniff_package(content.bytes)) {
        auto package = packages::pictures_inside(content.bytes, work.base, work.first_picture);
        if (!package) return sandbox::Refusal(package.error());
        package->truncated = package->truncated || content.truncated;
        return std::move(*package);
    }
    auto page = html::extract_links(content.bytes, {work.content_type, work.link}, work.base, work.limits);
    if (!page) return sandbox::Refusal(page.error());
    page->truncated = page->truncated || content.truncated;
    return std::move(*page);
}

// A sitemap may be a gzip file by its own (sitemap.xml.gz), not only on the way.
Result<Content> unpacked(const sandbox::Request& request, Content content)
{
    if (!sandbox::is_gzip(content.bytes)) return content;
    auto decoded = sandbox::decode_content(content.bytes, "gzip", request.max_decoded_bytes);
    if (!decoded) return decoded.error();
    Content inner{{}, content.truncated || decoded->truncated, std::move(decoded->bytes)};
    inner.bytes = inner.decoded;
    return inner;
}

// The handler of requests, with its memory of pictures.
class Reader {
public:
    sandbox::Answer answer(const sandbox::Request& request, ByteView body)
    {
        // First, since a picture that is remembered needs no decoding of its body.
        const auto* views = std::get_if<sandbox::ViewsWork>(&request.work);
        if (views != nullptr)
            if (auto* decoded = frames_.find(views->file_digest)) return sign_grids(*decoded, *views);
        if (std::holds_alternative<sandbox::FacesWork>(request.work))
            return sandbox::Refusal(Error{Errc::invalid_argument, "faces are read by stillwatch-faces"});
        auto content = content_of(request, body);
        if (!content) return sandbox::Refusal(content.error());
        if (const auto* links = std::get_if<sandbox::LinksWork>(&request.work)) {
            if (pictures::sniff_picture(content->bytes))
                return sandbox::Refusal(Error{Errc::exists, "a picture, where a page was expected"});
            const auto document = unpacked(request, std::move(*content));
            if (!document) return sandbox::Refusal(document.error());
            return links_in(*links, *document);
        }
        if (const auto* asked = std::get_if<sandbox::PlaylistWork>(&request.work))
            return playlist(*asked, request, *std::move(content));
        if (std::holds_alternative<sandbox::RdapWork>(request.work)) {
            auto told = contacts::parse_rdap(as_text(content->bytes));
            if (!told) return sandbox::Refusal(told.error());
            return *std::move(told);
        }
        if (std::holds_alternative<sandbox::SecurityTxtWork>(request.work))
            return contacts::parse_security_txt(as_text(content->bytes));
        if (views != nullptr) return sign_grids_anew(*views, content->bytes);
        if (const auto* asked = std::get_if<sandbox::PreviewWork>(&request.work))
            return preview(*asked, content->bytes);
        if (const auto* asked = std::get_if<sandbox::TimesWork>(&request.work))
            return times(*asked, content->bytes);
        return features(std::get<sandbox::FeaturesWork>(request.work), *content);
    }

private:
    static sandbox::Answer playlist(const sandbox::PlaylistWork& work, const sandbox::Request& request,
                                    Content content)
    {
        const auto document = unpacked(request, std::move(content));
        if (!document) return sandbox::Refusal(document.error());
        auto playlist = videos::read_playlist(document->bytes, work.base);
        if (!playlist) return sandbox::Refusal(playlist.error());
        playlist->truncated = playlist->truncated || document->truncated;
        return *std::move(playlist);
    }

    static sandbox::Answer sign_grids(features::DecodedFrames& decoded, const sandbox::ViewsWork& work)
    {
        auto sign_grids = features::sign_grids_of(decoded, work.views);
        if (!sign_grids) return sandbox::Refusal(sign_grids.error());
        return std::move(*sign_grids);
    }

    sandbox::Answer features(const sandbox::FeaturesWork& work, const Content& content)
    {
        auto extracted = features::extract(content.bytes, work.limits, work.detail);
        if (!extracted) {
            const auto& why = extracted.error();
            const bool is_half = content.truncated && why.code == Errc::undecodable;
            return sandbox::Refusal(is_half ? Error{Errc::malformed, "content: ends early; " + why.detail}
                                            : why);
        }
        // Views are asked in the working frames of Detail::query; those of a reference are smaller.
        auto& decoded = extracted->decoded;
        if (work.detail <= Detail::query && !(decoded.frames.empty() && decoded.whole.empty()))
            frames_.keep(std::move(decoded));
        if (work.wants_list_digests) extracted->features.list_digests = ListDigests::of(content.bytes);
        return std::move(extracted->features);
    }

    // Not kept: nobody asks about views of what a person looks at.
    static sandbox::Answer preview(const sandbox::PreviewWork& work, ByteView file)
    {
        auto decoded = features::decode_frames(file, work.limits);
        if (!decoded) return sandbox::Refusal(decoded.error());
        return features::Preview{decoded->width_px, decoded->height_px, std::move(decoded->frames.front())};
    }

    // Of the frames that features() tells of: the same are chosen again.
    static sandbox::Answer times(const sandbox::TimesWork& work, ByteView file)
    {
        auto picture = pictures::decode_file(file, work.limits);
        if (!picture) return sandbox::Refusal(picture.error());
        if (picture->times.frames.size() != picture->frames.size()) return FrameTimes{};
        return std::move(picture->times);
    }

    sandbox::Answer sign_grids_anew(const sandbox::ViewsWork& work, ByteView file)
    {
        if (Sha256::of(file) != work.file_digest)
            return sandbox::Refusal(Error{Errc::invalid_argument, "views: of another picture than this"});
        auto decoded = features::decode_frames(file, work.limits);
        if (!decoded) return sandbox::Refusal(decoded.error());
        return sign_grids(frames_.keep(*std::move(decoded)), work);
    }

    sandbox::FrameCache frames_;
};

} // namespace

int main(int argc, char** argv)
{
    stillwatch::features::prepare_worker();
    Reader reader;
    return stillwatch::sandbox::run_worker(argc, argv, [&](const sandbox::Request& request, ByteView body) {
        return reader.answer(request, body);
    });
}
