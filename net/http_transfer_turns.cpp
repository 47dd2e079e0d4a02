#include "core/ascii.hpp"
#include "net/http_transfer.hpp"

#include <algorithm>

// When a transfer is paused, and when it goes on.
namespace stillwatch::net {

namespace {

// libcurl 7.88 reads a socket up to a hundred times in one call while more comes: 6 MB, and all else waits.
constexpr std::size_t most_bytes_at_once = 512U << 10U;

// Then the length that the head tells is not the body's.
bool is_transfer_coded(const std::vector<HeaderField>& fields) noexcept
{
    return std::ranges::any_of(
        fields, [](const HeaderField& field) { return same_name(field.name, "Transfer-Encoding"); });
}

} // namespace

bool HttpTransfer::take_turn(TimePoint now)
{
    auto& run = *run_;
    if (!run.paused_since || !run.is_granted) return false;
    run.is_granted = false;
    run.start += now - *run.paused_since;
    run.window_bytes = 0;
    run.window_end = now + run.request.limits.low_speed_time;
    run.paused_since.reset();
    return true;
}

// Asked for once: whoever had to ask again, holding what it has, could wait for another that does the same.
std::size_t HttpTransfer::most_expected_bytes()
{
    auto& run = *run_;
    const auto most = run.request.limits.max_body_bytes;
    const auto length = run.head.content_length();
    return length && !is_transfer_coded(run.head.fields())
               ? static_cast<std::size_t>(std::min<std::uint64_t>(*length, most))
               : most;
}

// Whether the body may hold so much. Else the transfer is to be paused: take_turn() tells when that is over.
bool HttpTransfer::may_grow_to(std::size_t body_bytes)
{
    auto& run = *run_;
    auto& share = run.fetched.share;
    if (!share || share->covers(body_bytes)) return true;
    // Chunked ones are held a second time when their chunk lines are taken out.
    const auto expected = std::max(body_bytes, most_expected_bytes());
    const auto held = is_transfer_coded(run.head.fields()) ? 2 * expected : expected;
    if (run.request.when_full == WhenFull::go_on) {
        share->take(held);
    } else {
        auto granted = [this] {
            run_->is_granted = true;
            transfer_.wake();
        };
        if (!share->ask(held, std::move(granted))) return false;
    }
    // Memory that is not written to costs nothing, and growing would copy.
    run.fetched.body.reserve(expected);
    return true;
}

// Whether so much more may be taken in this call of libcurl; else it goes on when others on the loop had
// their turn.
bool HttpTransfer::has_time_for(std::size_t bytes)
{
    auto& run = *run_;
    if (const auto call = transfer_.call_number(); call != run.call_number) {
        run.call_number = call;
        run.call_bytes = 0;
    }
    run.call_bytes += bytes;
    if (run.call_bytes <= most_bytes_at_once) return true;
    run.is_granted = true;
    transfer_.wake();
    return false;
}

} // namespace stillwatch::net
