// stillwatch-faces: reads the faces of pictures that came from the network. It alone links OpenCV's networks.
#include "faces/reading/face_finder.hpp"
#include "pictures/decode.hpp"
#include "pictures/sniff.hpp"
#include "sandbox/content_decoding.hpp"
#include "sandbox/messages.hpp"
#include "sandbox/worker_channel.hpp"
#include "sandbox/worker_loop.hpp"

#include <malloc.h>
#include <opencv2/core.hpp>

#include <cstdio>
#include <filesystem>
#include <string_view>

namespace {

using namespace stillwatch;

constexpr int arguments_of_all = 5; // the program and the two bounds of every worker
constexpr int arguments_of_this = arguments_of_all + 4;
constexpr int exit_usage = 64;
constexpr int exit_no_models = 78;

// The pictures before they were encoded for the way.
struct Content {
    ByteView bytes;
    Bytes decoded{};
};

Result<Content> content_of(const sandbox::Request& request, ByteView body)
{
    Content content{body};
    if (sandbox::leaves_content_alone(request.content_encoding)) return content;
    auto decoded = sandbox::decode_content(body, request.content_encoding, request.max_decoded_bytes);
    // Encoded by name only: what was meant, and what some show.
    if ((!decoded || !pictures::sniff_picture(decoded->bytes)) && pictures::sniff_picture(body))
        return content;
    if (!decoded) return decoded.error();
    content.decoded = std::move(decoded->bytes);
    content.bytes = content.decoded; // moving `content` leaves the bytes where they are
    return content;
}

sandbox::Answer faces_in(faces::FaceFinder& finder, const sandbox::Request& request, ByteView body)
{
    const auto* work = std::get_if<sandbox::FacesWork>(&request.work);
    if (work == nullptr)
        return sandbox::Refusal(Error{Errc::invalid_argument, "only faces are read by stillwatch-faces"});
    const auto content = content_of(request, body);
    if (!content) return sandbox::Refusal(content.error());
    const auto picture = pictures::decode_file(content->bytes, work->limits);
    if (!picture) return sandbox::Refusal(picture.error());
    auto seen = finder.find(*picture);
    if (!seen) return sandbox::Refusal(seen.error());
    return *std::move(seen);
}

// Everything that is opened, detected or allocated once, before the filter.
Result<faces::FaceFinder> prepared(const std::filesystem::path& profile_file,
                                   const std::filesystem::path& models)
{
    constexpr int kept_bytes = 64 << 20; // as in features/worker.cpp
    (void)mallopt(M_MMAP_THRESHOLD, kept_bytes / 4);
    (void)mallopt(M_TRIM_THRESHOLD, kept_bytes);
    // Debian's OpenCV would start threads of TBB at the first large operation.
    cv::setNumThreads(1);
    pictures::prepare_decoders();
    // Thresholds are no matter of this program: a profile that is yet to be calibrated finds faces as well.
    const auto profile = faces::load_profile(profile_file, models, faces::Calibration::not_yet);
    if (!profile) return profile.error();
    auto finder = faces::FaceFinder::load(*profile, models);
    if (!finder) return finder.error();
    pictures::Picture drawn;
    drawn.width_px = 900;
    drawn.height_px = 700;
    drawn.frames.emplace_back(drawn.width_px, drawn.height_px, std::uint16_t{100 << 8});
    const auto warm = finder->find(drawn);
    if (!warm) return warm.error();
    return finder;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != arguments_of_this || std::string_view(argv[5]) != "--profile" ||
        std::string_view(argv[7]) != "--models") {
        (void)std::fprintf(stderr,
                           "usage: %s --max-memory-bytes N --max-cpu-seconds N --profile FILE --models DIR\n",
                           argc > 0 ? argv[0] : "stillwatch-faces");
        return exit_usage;
    }
    auto finder = prepared(argv[6], argv[8]);
    if (!finder) {
        (void)sandbox::write_all(sandbox::encode_greeting(finder.error()));
        return exit_no_models;
    }
    return sandbox::run_worker(arguments_of_all, argv, [&](const sandbox::Request& request, ByteView body) {
        return faces_in(*finder, request, body);
    });
}
