#include "daemon/burial.hpp"

#include "cases/case_book.hpp"
#include "core/log.hpp"

namespace stillwatch::daemon {

Task<Result<void>> bury_withdrawn(pipeline::Stores& stores, std::filesystem::path storage, const Clock& clock)
{
    auto bury = [storage = std::move(storage), now = clock.now()](store::CaseDatabase& cases,
                                                                  crawler::UrlFrontier&) {
        return cases::bury_again(cases, storage, {"stillwatchd", now});
    };
    const auto buried = co_await stores.run(std::move(bury));
    if (!buried) co_return buried.error();
    for (const auto& pseudonym : *buried)
        log::warn("engine", "a case that was withdrawn was in the database again, and is erased",
                  {{"case", pseudonym}});
    co_return Result<void>{};
}

} // namespace stillwatch::daemon
