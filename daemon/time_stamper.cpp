#include "daemon/time_stamper.hpp"

#include "core/log.hpp"
#include "core/merkle.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace stillwatch::daemon {

namespace {

constexpr std::size_t max_batch = 10'000;
constexpr std::size_t packages_a_write = 256; // the store's other work comes in between
constexpr std::chrono::hours longest_wait{24};
constexpr std::chrono::minutes longest_pause_after_failure{10};
// RFC 3161 names none; beyond it either clock is wrong, and a person has to see which.
constexpr std::chrono::minutes longest_difference{5};

FetchRequest request_of(const Url& url, const net::TimeStampQuery& query)
{
    FetchRequest request{.url = url};
    request.method = "POST";
    request.headers = {{"Content-Type", "application/timestamp-query"},
                       {"Accept", "application/timestamp-reply"},
                       {"Accept-Encoding", "identity"}};
    request.body = std::string(as_text(query.der));
    request.limits.max_body_bytes = std::size_t{256} << 10U;
    request.limits.total = std::chrono::seconds(60);
    return request;
}

Result<Bytes> reply_in(const Fetched& answer)
{
    if (answer.status != 200)
        return Error{answer.status >= 500 || answer.status == 429 ? Errc::unreachable : Errc::refused,
                     fmt::format("answers HTTP {}", answer.status)};
    if (answer.cut != Cut::none) return Error{Errc::unreachable, "its answer was cut short"};
    if (!answer.encodings().empty()) return Error{Errc::malformed, "its answer is encoded, unasked"};
    return answer.payload();
}

std::vector<std::string> addresses_of(const StampSettings& settings)
{
    std::vector<std::string> addresses;
    for (const auto& authority : settings.authorities)
        addresses.push_back(authority.url.text());
    return addresses;
}

// What later may mend by itself; all else calls for a person at once.
bool may_pass(Errc code)
{
    return code == Errc::unreachable || code == Errc::timed_out || code == Errc::cancelled;
}

} // namespace

// What an authority stamped, for each package.
struct TimeStamper::Batch {
    Sha256 root;
    net::TimeStamp stamp;
    std::vector<evidence::NewStamp> stamps;
    std::vector<std::string> authorities; // all that are asked
    std::string host;
};

void TimeStamper::use(StampSettings settings)
{
    settings_ = std::move(settings);
    std::set<std::string> hosts;
    std::set<std::string> addresses;
    for (const auto& authority : settings_.authorities) {
        hosts.insert(authority.url.host_port());
        addresses.insert(authority.url.text());
    }
    problems_.keep_only("time_stamps", hosts);
    std::erase_if(standing_, [&addresses](const auto& one) { return !addresses.contains(one.first); });
}

Task<Result<TimeStamper::Batch>> TimeStamper::stamp(const StampSettings& settings, std::size_t which,
                                                    const evidence::Waiting& waiting)
{
    const auto& authority = settings.authorities[which];
    std::vector<Sha256> leaves;
    for (const auto& package : waiting.packages)
        leaves.push_back(merkle::leaf_hash(package.digest.bytes));
    Batch batch{merkle::root_of(leaves), {}, {}, addresses_of(settings), authority.url.host_port()};
    const auto query = net::make_time_stamp_query(batch.root);
    auto request = request_of(authority.url, query);
    const auto answer = co_await web_.fetch(std::move(request));
    if (!answer) co_return answer.error();
    const auto reply = reply_in(*answer);
    if (!reply) co_return reply.error();
    auto stamped = net::check_time_stamp(*reply, batch.root, authority.roots, &query);
    if (!stamped) co_return stamped.error();
    batch.stamp = *std::move(stamped);
    for (std::size_t i = 0; i < leaves.size(); ++i)
        batch.stamps.push_back({waiting.packages[i],
                                {authority.url.text(), batch.root, i, leaves.size(),
                                 merkle::prove_inclusion(leaves, i), *reply}});
    co_return std::move(batch);
}

// The line of the log comes first: one about stamps that were not kept is true, a stamp that the log knows
// nothing of would not be.
Task<Result<std::size_t>> TimeStamper::keep(const StampSettings& settings, const Batch& batch)
{
    auto note = [&batch, now = clock_.now()](store::CaseDatabase& cases, crawler::UrlFrontier&) {
        return cases.append_audit({"stillwatchd", now}, "evidence.stamp",
                                  fmt::format("root={} packages={} authority={} at={}", batch.root.hex(),
                                              batch.stamps.size(), batch.host, format_utc(batch.stamp.at)));
    };
    const auto noted = co_await stores_.run(std::move(note));
    if (!noted) co_return noted.error();
    std::size_t kept = 0;
    for (std::size_t begin = 0; begin < batch.stamps.size(); begin += packages_a_write) {
        const auto end = std::min(begin + packages_a_write, batch.stamps.size());
        // On the store's thread, as withdrawals are: no stamp is written beside a package that just went.
        auto write = [&, begin, end](store::CaseDatabase&, crawler::UrlFrontier&) {
            using Offset = std::ptrdiff_t;
            const std::vector<evidence::NewStamp> some(batch.stamps.begin() + static_cast<Offset>(begin),
                                                       batch.stamps.begin() + static_cast<Offset>(end));
            return evidence::keep_stamps(settings.directory, some, batch.authorities);
        };
        const auto written = co_await stores_.run(std::move(write));
        if (!written) co_return written.error();
        kept += *written;
    }
    co_return kept;
}

void TimeStamper::judge(const TimeAuthority& authority, const evidence::Waiting& waiting,
                        const Error* failure)
{
    const auto host = authority.url.host_port();
    std::string problem;
    const bool lasts = waiting.oldest && clock_.now() - *waiting.oldest >= longest_wait;
    if (failure && (lasts || !may_pass(failure->code)))
        problem = fmt::format("no time stamp since {}, {} packages wait: {}",
                              format_utc(waiting.oldest.value_or(clock_.now())), waiting.packages.size(),
                              failure->detail);
    else if (!waiting.damaged.empty())
        problem = fmt::format("{} packages get no further time stamp, since what stands beside them is "
                              "damaged: {}{}",
                              waiting.damaged.size(), waiting.damaged.front(),
                              waiting.damaged.size() > 1 ? " and others" : "");
    else if (failure && problems_.is_set("time_stamps", host))
        return; // what stood is not better by failing otherwise
    problems_.set("time_stamps", host, std::move(problem), Severity::warning);
}

Task<std::size_t> TimeStamper::ask(StampSettings settings, std::size_t which)
{
    const auto& authority = settings.authorities[which];
    const auto host = authority.url.host_port();
    auto look = [&settings, &authority](store::CaseDatabase&, crawler::UrlFrontier&) {
        return evidence::waiting_for(authority.url.text(), settings.directory, max_batch);
    };
    const auto waiting = co_await stores_.run(std::move(look));
    if (!waiting) {
        problems_.set("time_stamps", host, waiting.error().detail, Severity::warning);
        co_return 0;
    }
    waiting_ = waiting->all;
    auto& standing = standing_[authority.url.text()];
    if (waiting->packages.empty()) {
        judge(authority, *waiting, nullptr);
        co_return 0;
    }
    const auto batch = co_await stamp(settings, which, *waiting);
    Result<std::size_t> kept = batch ? Result<std::size_t>(std::size_t{0}) : batch.error();
    if (batch) kept = co_await keep(settings, *batch);
    counters_.add("time_stamps_total", "authority", host + (kept ? "" : " failed"));
    if (!kept) {
        const auto failure = kept.error();
        if (failure.code == Errc::cancelled) co_return 0; // we are stopping
        log::warn(
            "time stamps", "none came",
            {{"authority", host}, {"waiting", waiting->packages.size()}, {"reason", to_string(failure)}});
        standing.failure = to_string(failure);
        judge(authority, *waiting, &failure);
        co_return 0;
    }
    standing = {batch->stamp.at, {}};
    waiting_ -= std::min(waiting_, *kept);
    evidence::Waiting left;
    left.damaged = waiting->damaged;
    judge(authority, left, nullptr);
    const auto difference = std::chrono::abs(clock_.now() - batch->stamp.at);
    problems_.set("clock", host,
                  difference <= longest_difference
                      ? ""
                      : fmt::format("this machine's clock and that of the time authority differ by {} s",
                                    std::chrono::floor<std::chrono::seconds>(difference).count()),
                  Severity::warning);
    log::info("time stamps", "packages stamped",
              {{"authority", host}, {"packages", *kept}, {"at", format_utc(batch->stamp.at)}});
    co_return *kept;
}

Task<std::size_t> TimeStamper::round()
{
    const auto settings = settings_; // a reload may change them meanwhile
    std::size_t stamped = 0;
    auto tidy = [&settings](store::CaseDatabase&, crawler::UrlFrontier&) {
        return evidence::drop_settled_notes(settings.directory, addresses_of(settings));
    };
    if (settings.authorities.empty()) co_return stamped;
    const auto tidied = co_await stores_.run(std::move(tidy));
    if (!tidied) log::warn("time stamps", "notes not removed", {{"reason", tidied.error().detail}});
    for (std::size_t which = 0; which < settings.authorities.size(); ++which) {
        const auto some = co_await ask(settings, which);
        stamped += some;
    }
    co_return stamped;
}

Task<> TimeStamper::run()
{
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor);
    for (;;) {
        (void)co_await round(); // it told what there is to tell
        const bool failed =
            std::ranges::any_of(standing_, [](const auto& one) { return !one.second.failure.empty(); });
        auto pause = settings_.every;
        if (failed) pause = std::min<std::chrono::milliseconds>(pause, longest_pause_after_failure);
        timer.expires_after(pause);
        boost::system::error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        co_await timer.async_wait(token);
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return;
    }
}

json::object TimeStamper::status() const
{
    json::array authorities;
    for (const auto& authority : settings_.authorities) {
        json::object row{{"authority", authority.url.host_port()}, {"stamped_at", nullptr}, {"failure", ""}};
        if (const auto found = standing_.find(authority.url.text()); found != standing_.end()) {
            if (found->second.stamped_at) row["stamped_at"] = format_utc(*found->second.stamped_at);
            row["failure"] = found->second.failure;
        }
        authorities.push_back(std::move(row));
    }
    return {{"pending", waiting_}, {"authorities", std::move(authorities)}};
}

} // namespace stillwatch::daemon
