// Behaves as the base of a links request says: "crash:", "abort:", "spin:", "memory:", "inspect:", "echo:",
// "stray:", "take-over:", "nap:", "wrong-kind:", "wrong-number:", "huge:", "garbage:", "half:", "mute:". Its
// restrictions, loop and messages are the product's.
#include "sandbox/messages.hpp"
#include "sandbox/restrict.hpp"
#include "sandbox/worker_loop.hpp"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace stillwatch;
using namespace stillwatch::sandbox;

PageLinks page_with(std::string url)
{
    return PageLinks{"utf-8", false, {{Mechanism::a_href, LinkKind::page, std::move(url)}}};
}

PictureFeatures tiny_picture(int side_px = 64)
{
    PictureFeatures picture;
    picture.width_px = picture.height_px = side_px;
    picture.frames.resize(1);
    picture.local.push_back({side_px, side_px, {}});
    return picture;
}

void say(ByteView bytes)
{
    if (::write(answer_fd, bytes.data(), bytes.size()) < 0) ::_exit(1);
}

// Every descriptor that is open beside those of the messages; closing is the one question the filter allows.
std::string open_descriptors()
{
    std::string found;
    for (int fd = 0; fd < 1024; ++fd)
        if (fd != request_fd && fd != answer_fd && ::close(fd) == 0) found += std::to_string(fd) + ' ';
    return found;
}

Answer inspected()
{
    PageLinks seen = page_with("descriptors " + open_descriptors());
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
        seen.links.push_back({Mechanism::a_href, LinkKind::page, std::string("variable ") + *variable});
    return seen;
}

Answer filled_memory()
{
    std::vector<std::vector<char>> held;
    while (true)
        held.emplace_back(16U << 20U, 'x');
}

Answer lie(const std::string& base, const Request& request)
{
    if (base == "huge:") {
        auto bytes = encode_answer(request.number, page_with("x"));
        for (std::size_t i = 12; i < answer_header_bytes; ++i)
            bytes[i] = std::byte{0x7f};
        say(bytes);
    }
    if (base == "garbage:") say(as_bytes("this is no answer, and it is longer than a header"));
    if (base == "half:") say(ByteView(encode_answer(request.number, page_with("x"))).first(20));
    if (base == "wrong-number:") say(encode_answer(request.number + 1, page_with("x")));
    if (base == "wrong-kind:") say(encode_answer(request.number, tiny_picture()));
    if (base == "mute:") (void)::close(answer_fd);
    while (true) {
    } // until it is killed
}

// Since a picture took this worker over, it refuses what others bring.
bool is_taken_over = false;

Answer behave(const Request& request, ByteView body)
{
    const auto* work = std::get_if<LinksWork>(&request.work);
    const std::string base = work == nullptr ? "" : work->base;
    if (std::holds_alternative<FeaturesWork>(request.work)) {
        is_taken_over = is_taken_over || as_text(body) == "take-over";
        return tiny_picture(is_taken_over ? 65 : 64);
    }
    if (is_taken_over) return Refusal(Error{Errc::undecodable, "a lie"});
    if (base == "take-over:") {
        is_taken_over = true;
        return page_with("taken over");
    }
    if (base == "nap:") {
        const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(600);
        while (std::chrono::steady_clock::now() < end) {
        }
        return page_with("awake");
    }
    if (base == "crash:") *static_cast<volatile int*>(nullptr) = 1;
    if (base == "abort:") std::abort();
    if (base == "memory:") return filled_memory();
    if (base == "inspect:") return inspected();
    if (base == "echo:") return page_with(std::string(as_text(body)));
    if (base == "cancelled:") return Refusal(Error{Errc::cancelled, "as if we stopped"});
    if (base == "stray:") {
        auto both = encode_answer(request.number, page_with("first"));
        const auto second = encode_answer(request.number + 1, page_with("second"));
        both.insert(both.end(), second.begin(), second.end());
        say(both); // at once, so that the second is there before the next request
        return page_with("third");
    }
    if (base == "spin:")
        while (true) {
        }
    return lie(base, request);
}

} // namespace

int main(int argc, char** argv)
{
    return run_worker(argc, argv, behave);
}
