#include "daemon/health_watch.hpp"

#include "core/log.hpp"
#include "store/notice_table.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <exception>

namespace stillwatch::daemon {

namespace {

using crawler::UrlFrontier;
using std::chrono::steady_clock;
using store::CaseDatabase;

std::int64_t number(const json::object& row, std::string_view key)
{
    return number_member(row, key).value_or(0);
}

SiteFacts facts_of(const json::object& row)
{
    SiteFacts site;
    site.name = text_member(row, "site").value_or("");
    site.state = text_member(row, "state").value_or("unknown");
    site.pages = number(row, "pages");
    site.images = number(row, "images");
    site.compared = number(row, "compared");
    site.unread = number(row, "undecodable");
    site.errors = number(row, "unreachable");
    site.refused = number(row, "refused");
    const auto* much = row.if_contains("leaves_out_much");
    if (much != nullptr && much->is_bool() && much->get_bool())
        site.left_out = text_member(row, "left_out").value_or("");
    site.last_success = parse_utc(text_member(row, "last_success").value_or(""));
    site.last_failure_status = static_cast<int>(number(row, "last_failure_status"));
    return site;
}

// Store thread. Errors: io.
Result<StoreFacts> read_facts(control::Commands& commands, CaseDatabase& cases, UrlFrontier& frontier,
                              Timestamp now)
{
    try {
        StoreFacts facts;
        const auto health = commands.run({"site.health", {}}, {"stillwatchd", true});
        if (!health) return health.error();
        for (const auto& row : health->result.as_array())
            facts.sites.push_back(facts_of(row.as_object()));
        const auto with_references = cases.cases_with_references();
        for (const auto& c : cases.cases()) {
            if (c.state != CaseState::open) continue;
            if (with_references.contains(c.id.value))
                facts.consents.push_back({c.pseudonym, c.consent.expires_at});
            if (c.consent.approval == Approval::none)
                facts.waiting.push_back({c.pseudonym, std::max(c.opened_at, c.consent.given_at)});
            else if (c.renewal)
                facts.waiting.push_back({c.pseudonym, c.renewal->given_at});
        }
        for (const auto& one : cases.quarantined())
            facts.quarantined.push_back(
                {one.pseudonym,
                 fmt::format("reference {} matches too often; {} findings since {} were told to "
                             "nobody: `stillwatch reference release {} {}`",
                             one.name, one.findings, format_utc(one.since), one.pseudonym, one.name)});
        std::map<std::string, std::string> overdue;
        for (const auto& notice : store::NoticeTable(cases).running()) {
            if (notice.deadline_at > now) continue;
            auto& notices = overdue[notice.case_pseudonym];
            if (notices.size() < 200) // as many as a line bears
                notices += fmt::format("{}N-{}", notices.empty() ? "" : ", ", notice.id.value);
        }
        for (auto& [pseudonym, notices] : overdue)
            facts.overdue.push_back({pseudonym, std::move(notices)});
        for (const auto& count : cases.alert_counts())
            (count.state == store::AlertState::dead ? facts.given_up : facts.queued)[count.channel] +=
                count.count;
        facts.pictures_pending = frontier.coverage(cases.generation()).pending;
        return facts;
    } catch (const std::exception& error) { // a disk that cannot be read
        return Error{Errc::io, error.what()};
    }
}

} // namespace

HealthWatch::HealthWatch(asio::io_context& loop, pipeline::Stores& stores, Problems& problems,
                         const Clock& clock, Sources sources)
    : stores_(stores), problems_(problems), clock_(clock), sources_(std::move(sources)),
      judge_(problems, clock), timer_(loop)
{
}

void HealthWatch::use(HealthSettings settings)
{
    judge_.use(std::move(settings));
    wake();
}

Task<> HealthWatch::run()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    for (;;) {
        const auto began = steady_clock::now();
        co_await check();
        co_await tell();
        // Of the store's thread at most a part of twenty is ours, however large the installation.
        const auto pause = std::max<steady_clock::duration>(judge_.settings().check_every,
                                                            20 * (steady_clock::now() - began));
        auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return;
        timer_.expires_after(pause);
        boost::system::error_code error;
        auto token = asio::redirect_error(asio::use_awaitable, error);
        co_await timer_.async_wait(token);
        state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return;
    }
}

Task<> HealthWatch::check()
{
    auto read = [commands = sources_.commands(), now = clock_.now()](CaseDatabase& cases,
                                                                     UrlFrontier& frontier) {
        return read_facts(*commands, cases, frontier, now);
    };
    const auto facts = co_await stores_.run(std::move(read));
    checked_at_ = steady_clock::now();
    problems_.set("store", "",
                  facts ? "" : fmt::format("the databases cannot be read: {}", facts.error().detail));
    if (facts)
        judge_.judge(*facts, sources_.loop());
    else
        judge_.judge_machine();
}

Task<> HealthWatch::tell()
{
    if (!teller_) {
        auto read = [](CaseDatabase& cases, UrlFrontier&) -> Result<std::vector<store::ToldProblem>> {
            try {
                return cases.told_problems();
            } catch (const std::exception& error) {
                return Error{Errc::io, error.what()};
            }
        };
        const auto told = co_await stores_.run(std::move(read));
        if (!told) co_return; // the problem "store" stands; nothing could be queued
        teller_.emplace(*told);
    }
    const auto& settings = judge_.settings();
    const auto settle = settings.site_grace + 2 * settings.check_every + std::chrono::seconds(10);
    const TellingSettings telling{settings.alert_after, settle, settings.rules, settings.sites,
                                  settings.link};
    const auto now = clock_.now();
    const auto all = teller_->due(problems_.current(), now, telling);
    for (const auto& due : all) {
        auto store = [&due, now](CaseDatabase& cases, UrlFrontier&) {
            return cases.tell_problem(due.told, due.alerts, {"stillwatchd", now});
        };
        const auto stored = co_await stores_.run(std::move(store));
        if (!stored) {
            log::error("health", "a problem cannot be told",
                       {{"kind", due.told.kind}, {"error", to_string(stored.error())}});
            co_return; // again at the next look
        }
        teller_->told(due.told);
        sources_.alerts_queued();
    }
}

std::vector<Problem> HealthWatch::problems()
{
    judge_.judge_now(sources_.loop());
    const auto age = std::chrono::floor<std::chrono::seconds>(steady_clock::now() - checked_at_);
    const auto longest = 3 * judge_.settings().check_every + std::chrono::minutes(2);
    problems_.set(
        "health", "",
        age < longest ? "" : fmt::format("nothing was checked for {} s: the store is busy", age.count()));
    return problems_.current();
}

HealthAnswer HealthWatch::answer()
{
    return health_answer(problems());
}

json::array HealthWatch::rows()
{
    return problem_rows(problems());
}

std::string HealthWatch::metrics()
{
    const auto all = problems();
    return problem_metrics(all, judge_.settings()) + site_metrics(judge_.sites(), clock_.now());
}

} // namespace stillwatch::daemon
