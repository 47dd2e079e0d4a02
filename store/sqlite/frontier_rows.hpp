#pragma once

#include "store/frontier_tables.hpp"
#include "store/sqlite/sqlite_handle.hpp"

namespace stillwatch::store {

// clang-format off
// All columns of `url` but `named_often`, for read_address().
#define ADDRESS_COLUMNS                                                                                      \
    "SELECT u.id, u.host_id, u.target, u.depth, u.parent, u.kind, u.outcome, u.generation, u.due, "          \
    "u.lease_until, u.named_again, u.barren, u.aside, u.tries, u.unchanged_in_a_row, u.http_status, "        \
    "u.last_visit, u.wire_bytes, u.redirect_to, u.content, u.etag, u.last_modified, u.news, u.news_days, "   \
    "u.rate_level, u.same_as FROM url u "
// clang-format on

inline AddressRow read_address(const Statement& row)
{
    AddressRow address;
    address.id = row.id<UrlId>(0);
    address.host = row.id<HostId>(1);
    address.target = row.text(2);
    address.depth = row.small(3);
    address.parent = row.id<UrlId>(4);
    address.standing = {static_cast<LinkKind>(row.small(5)),
                        static_cast<Outcome>(row.small(6)),
                        row.integer(7),
                        row.time(8),
                        row.time(9),
                        static_cast<crawler::NamedAgain>(row.small(10)),
                        row.flag(11),
                        row.integer(12)};
    address.tries = row.small(13);
    address.unchanged_in_a_row = row.small(14);
    address.http_status = row.small(15);
    address.last_visit = row.time(16);
    address.wire_bytes = row.integer(17);
    address.redirect_to = row.id<UrlId>(18);
    if (!row.is_null(19)) address.content = row.digest(19);
    address.etag = row.text(20);
    address.last_modified = row.text(21);
    address.rate = {row.real(22), row.real(23), row.small(24)};
    address.same_as = row.id<UrlId>(25);
    return address;
}

} // namespace stillwatch::store
