#include "features/plausible.hpp"
#include "sandbox/messages.hpp"
#include "tests/fuzz/claim.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

using namespace stillwatch;
using namespace stillwatch::sandbox;
using stillwatch::fuzz::claim;

namespace {

constexpr std::size_t max_links = 8;

template <class Work>
Request asking_for(Work work)
{
    Request request;
    request.number = 1;
    request.work = std::move(work);
    return request;
}

Request asking_for_links()
{
    html::ExtractLimits limits;
    limits.max_links = max_links;
    return asking_for(LinksWork{"", "", "http://a.example/", limits});
}

Request asking_for_features(Detail detail)
{
    return asking_for(FeaturesWork{{}, detail});
}

Request asking_for_views()
{
    const View whole{0, 4, 3, {640, 0, 0, 0, 480, 0}};
    const View strip{1, 16, 1, {320, 0, 10, 0, 20, 10}};
    return asking_for(ViewsWork{{}, {}, {whole, strip}});
}

Request asking_for_preview()
{
    pictures::PictureLimits limits;
    limits.max_side_px = 1'200;
    return asking_for(PreviewWork{limits});
}

Request asking_for_playlist()
{
    return asking_for(PlaylistWork{"http://a.example/"});
}

Request asking_for_faces()
{
    return asking_for(FacesWork{});
}

Request asking_for_times()
{
    return asking_for(TimesWork{});
}

Request asking_for_rdap()
{
    return asking_for(RdapWork{});
}

Request asking_for_security_txt()
{
    return asking_for(SecurityTxtWork{});
}

void check_request(ByteView message)
{
    const auto request = decode_request(message);
    if (!request) return;
    const auto again = encode_request(*request);
    claim(again.has_value() && again->size() <= max_request_bytes, "what was read can be sent");
    claim(std::equal(again->begin(), again->end(), message.begin(), message.end()), "one request, one form");
}

void check_answer(ByteView payload, const Request& request)
{
    const auto answer = decode_answer(payload, request);
    if (!answer) return;
    if (const auto* page = std::get_if<PageLinks>(&*answer))
        claim(page->links.size() <= std::get<LinksWork>(request.work).limits.max_links_of_sitemap(),
              "links in bounds");
    if (const auto* picture = std::get_if<PictureFeatures>(&*answer))
        claim(features::plausible(*picture, std::get<FeaturesWork>(request.work).detail),
              "features in bounds");
    if (const auto* sign_grids = std::get_if<std::vector<SignGrid>>(&*answer))
        claim(sign_grids->size() == std::get<ViewsWork>(request.work).views.size(), "a sign grid a view");
    if (const auto* preview = std::get_if<features::Preview>(&*answer)) {
        const auto& frame = preview->frame;
        const auto is_side = [](int side, int largest) { return side >= 1 && side <= largest; };
        claim(is_side(preview->width_px, 1'200) && is_side(preview->height_px, 1'200), "picture in bounds");
        claim(is_side(frame.width_px, LocalFeatures::max_side_px) &&
                  is_side(frame.height_px, LocalFeatures::max_side_px),
              "frame in bounds");
        claim(frame.levels.size() ==
                  static_cast<std::size_t>(frame.width_px) * static_cast<std::size_t>(frame.height_px),
              "a level a pixel");
    }
    if (const auto* playlist = std::get_if<Playlist>(&*answer))
        claim(playlist->variants.size() <= Playlist::max_variants, "variants in bounds");
    if (const auto* seen = std::get_if<FacesSeen>(&*answer))
        claim(seen->faces.size() <= FacesSeen::max_faces, "faces in bounds");
    if (const auto* times = std::get_if<FrameTimes>(&*answer)) {
        claim(times->frames.size() <= PictureFeatures::max_frames, "frames in bounds");
        for (const auto& frame : times->frames)
            claim(frame.from_ms <= frame.to_ms && frame.to_ms <= times->duration_ms, "times in bounds");
    }
    if (const auto* told = std::get_if<RdapAnswer>(&*answer)) claim(is_sound(*told), "contacts in bounds");
    if (const auto* text = std::get_if<SecurityTxt>(&*answer)) claim(is_sound(*text), "contacts in bounds");
    const auto again = encode_answer(request.number, *answer);
    claim(std::equal(again.begin() + answer_header_bytes, again.end(), payload.begin(), payload.end()),
          "one answer, one form");
}

} // namespace

// The first byte chooses what the rest is taken for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const auto message = std::as_bytes(std::span(data, size)).subspan(1);
    switch (data[0] == 'F'   ? 10
            : data[0] == 'T' ? 11
            : data[0] == 'R' ? 12
            : data[0] == 'S' ? 13
                             : data[0] % 10) {
    case 0: check_request(message); break;
    case 1: check_answer(message, asking_for_links()); break;
    case 2: check_answer(message, asking_for_features(Detail::hashes)); break;
    case 3: {
        const auto header = decode_answer_header(message);
        claim(!header || header->payload_bytes <= max_answer_bytes, "payload in bounds");
        break;
    }
    case 5: check_answer(message, asking_for_features(Detail::query)); break;
    case 6: check_answer(message, asking_for_features(Detail::reference)); break;
    case 7: check_answer(message, asking_for_views()); break;
    case 8: check_answer(message, asking_for_preview()); break;
    case 9: check_answer(message, asking_for_playlist()); break;
    case 10: check_answer(message, asking_for_faces()); break;
    case 11: check_answer(message, asking_for_times()); break;
    case 12: check_answer(message, asking_for_rdap()); break;
    case 13: check_answer(message, asking_for_security_txt()); break;
    default: (void)decode_greeting(message).has_value();
    }
    return 0;
}
