#include "store/sqlite/frontier_database_impl.hpp"

// Visits of known pictures that somebody asks for beside the schedule.
namespace stillwatch::store {

Result<bool> FrontierDatabase::look_again(const Url& url, Timestamp at)
{
    bool is_due = false;
    const auto done = impl_->change([&]() -> Result<void> {
        const auto known = impl_->offer(url, LinkKind::image, 1, at, UrlId{});
        if (!known) return {};
        is_due = true;
        impl_->connection.prepare("UPDATE url SET due = min(due, ?2) WHERE id = ?1 AND outcome <> 0")
            .bind(known->id, at)
            .run();
        return {};
    });
    if (!done) return done.error();
    return is_due;
}

} // namespace stillwatch::store
