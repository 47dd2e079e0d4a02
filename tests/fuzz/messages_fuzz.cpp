#include "sandbox/messages.hpp"
#include "tests/fuzz/claim.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

using namespace stillwatch;
using namespace stillwatch::sandbox;
using stillwatch::fuzz::claim;

namespace {

constexpr std::size_t max_links = 8;

Request asking_for(bool links)
{
    Request request;
    request.number = 1;
    html::ExtractLimits limits;
    limits.max_links = max_links;
    if (links)
        request.work = LinksWork{"", "http://a.example/", limits};
    else
        request.work = FeaturesWork{};
    return request;
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
        claim(page->links.size() <= max_links, "links in bounds");
    if (const auto* picture = std::get_if<PictureFeatures>(&*answer))
        claim(!picture->frames.empty() && picture->frames.size() <= PictureFeatures::max_frames,
              "frames in bounds");
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
    switch (data[0] % 5) {
    case 0: check_request(message); break;
    case 1: check_answer(message, asking_for(true)); break;
    case 2: check_answer(message, asking_for(false)); break;
    case 3: {
        const auto header = decode_answer_header(message);
        claim(!header || header->payload_bytes <= max_answer_bytes, "payload in bounds");
        break;
    }
    default: (void)decode_greeting(message).has_value();
    }
    return 0;
}
