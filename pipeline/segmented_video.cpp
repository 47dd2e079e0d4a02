#include "pipeline/segmented_video.hpp"

#include "pipeline/answers.hpp"
#include "pipeline/classify.hpp"
#include "pipeline/content_range.hpp"
#include "videos/playlist_choice.hpp"
#include "videos/segment_key.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch::pipeline {

namespace {

// A playlist names variants with playlists of their own, and these name segments.
constexpr int most_playlists = 2;

// Whether an answer without what was asked for says nothing of the next day (RFC 9110, 15.5 and 15.6; RFC
// 6585).
bool is_passing(const Fetched& answer) noexcept
{
    constexpr int time_out = 408;
    constexpr int too_many_requests = 429;
    constexpr int errors_of_server = 500;
    return broke_off(answer) || answer.status == time_out || answer.status == too_many_requests ||
           answer.status >= errors_of_server;
}

} // namespace

void SegmentFetcher::note_trouble(Error error)
{
    if (!video_.trouble) video_.trouble = std::move(error);
}

// What comes is kept as evidence, whatever it is. Errors: as `gather`, malformed (its address).
Task<Result<Bytes>> SegmentFetcher::get(std::string address, std::optional<FileRange> range)
{
    auto url = Url::parse(address);
    if (!url) co_return url.error();
    const bool is_late = std::chrono::steady_clock::now() - began_ > limits_.max_wait;
    if (bytes_fetched_ >= limits_.max_bytes || is_late)
        co_return Error{Errc::too_large, "the bytes of one video are fetched"};
    crawler::Conditions conditions;
    if (range) conditions.range = range_header(range->offset, range->length);
    auto transfer = limits_.transfer;
    transfer.max_body_bytes = static_cast<std::size_t>(limits_.max_bytes - bytes_fetched_);
    auto from = from_;
    auto answer = co_await fetcher_.fetch(site_, *std::move(url), std::move(conditions), std::move(from),
                                          transfer, crawler::Purpose::video);
    if (!answer && answer.error().code == Errc::cancelled) co_return answer.error();
    if (!answer) {
        const auto code = answer.error().code;
        if (code == Errc::unreachable || code == Errc::timed_out) note_trouble(answer.error());
        co_return Error{Errc::unreachable, to_string(answer.error())};
    }
    auto& fetched = answer->answer;
    fetched.share.reset(); // as FetchedVideo does
    bytes_fetched_ += fetched.body.size();
    auto payload = fetched.payload();
    auto body = payload ? *std::move(payload) : fetched.body;
    const bool is_whole = is_success(fetched) && fetched.cut == Cut::none && fetched.encodings().empty();
    if (!is_whole && is_passing(fetched))
        note_trouble({Errc::unreachable, "a part of a video did not come whole"});
    const bool is_all_of_file = range && fetched.status == 200; // who knows no ranges gives all
    video_.parts.push_back(std::move(fetched));
    if (!is_whole) co_return Error{Errc::unreachable, "a part of a video did not come whole"};
    if (is_all_of_file) {
        if (range->offset >= body.size()) co_return Error{Errc::unreachable, "a range outside its file"};
        const auto begin = body.begin() + static_cast<std::ptrdiff_t>(range->offset);
        const auto length = std::min<std::uint64_t>(range->length, body.size() - range->offset);
        co_return Bytes(begin, begin + static_cast<std::ptrdiff_t>(length));
    }
    co_return std::move(body);
}

Task<Result<Variant>> SegmentFetcher::choose(Document playlist, Url base, VideoPass pass)
{
    for (int read = 1;; ++read) {
        auto told = co_await inspector_.playlist(std::move(playlist), base.text());
        if (!told) co_return told.error();
        video_.is_in_part = video_.is_in_part || told->truncated || told->is_live;
        const auto* variant = videos::choose_variant(*told, pass);
        if (!variant && !told->variants.empty())
            co_return Error{Errc::refused, "it is protected, and left alone"};
        if (!variant) co_return Error{Errc::undecodable, "a playlist without a video"};
        if (variant->playlist.empty()) co_return *variant;
        if (read == most_playlists) co_return Error{Errc::undecodable, "playlists without an end"};
        auto address = variant->playlist;
        auto next = Url::parse(address);
        if (!next) co_return next.error();
        std::optional<FileRange> all;
        auto body = co_await get(std::move(address), all);
        if (!body) co_return body.error();
        base = *std::move(next);
        playlist = Document{std::make_shared<const Bytes>(*std::move(body))};
        playlist.site = site_->name;
    }
}

Task<Result<void>> SegmentFetcher::add_segment(const Variant& variant, const Segment& segment)
{
    if (segment.init != Segment::none && segment.init != init_ && segment.init < variant.inits.size()) {
        auto address = variant.inits[segment.init].url;
        auto range = variant.inits[segment.init].range;
        const auto init = co_await get(std::move(address), range);
        if (!init) co_return init.error();
        video_.file.insert(video_.file.end(), init->begin(), init->end());
        init_ = segment.init;
    }
    if (segment.key != Segment::none && segment.key < variant.keys.size() && !keys_.contains(segment.key)) {
        auto address = variant.keys[segment.key].url;
        std::optional<FileRange> all;
        auto key = co_await get(std::move(address), all);
        if (!key) co_return key.error();
        keys_.emplace(segment.key, *std::move(key));
    }
    auto address = segment.url;
    auto range = segment.range;
    auto body = co_await get(std::move(address), range);
    if (!body) co_return body.error();
    if (segment.key != Segment::none && segment.key < variant.keys.size()) {
        const auto& bytes = keys_.at(segment.key);
        std::array<std::byte, videos::key_bytes> key{};
        if (bytes.size() != key.size()) co_return Error{Errc::malformed, "a key of another length"};
        std::ranges::copy(bytes, key.begin());
        auto clear = videos::decrypted(*body, key, videos::vector_of(variant.keys[segment.key], segment));
        if (!clear) co_return clear.error();
        body = *std::move(clear);
    }
    video_.file.insert(video_.file.end(), body->begin(), body->end());
    co_return Result<void>{};
}

// A segment that does not come is left out: what else comes is looked at. Errors: cancelled, and of the last
// segment where none came.
Task<Result<void>> SegmentFetcher::join(const Variant& variant)
{
    Error last{Errc::unreachable, "no segment came"};
    const auto chosen = videos::spread_segments(variant);
    video_.is_in_part = video_.is_in_part || chosen.size() < variant.segments.size();
    for (const auto number : chosen) {
        const auto& segment = variant.segments[number];
        const auto added = co_await add_segment(variant, segment);
        if (added) continue;
        if (added.error().code == Errc::cancelled) co_return added.error();
        video_.is_in_part = true;
        if (added.error().code == Errc::too_large) break;
        last = added.error();
    }
    if (video_.file.empty()) co_return last;
    co_return Result<void>{};
}

Task<Result<SegmentedVideo>> SegmentFetcher::gather(Document playlist, Url base, VideoPass pass)
{
    const auto variant = co_await choose(std::move(playlist), std::move(base), pass);
    if (!variant) co_return variant.error();
    if (!variant->file.empty()) {
        auto url = Url::parse(variant->file);
        if (!url) co_return url.error();
        video_.one_file = *std::move(url);
        co_return std::move(video_);
    }
    const auto joined = co_await join(*variant);
    if (!joined) co_return joined.error();
    co_return std::move(video_);
}

} // namespace stillwatch::pipeline
