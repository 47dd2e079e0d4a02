#pragma once

#include "store/frontier_tables.hpp"

// What a visit makes of what is known. Pure.
namespace stillwatch::crawler {

// The address after that visit.
store::AddressRow after_visit(store::AddressRow address, const store::VisitResult& result);
// As if it had just been named.
store::AddressRow never_visited(store::AddressRow address);

// The result of a visit whose match may not be kept any more: the address was visited, and nothing is known
// of its bytes.
store::VisitResult without_match(store::VisitResult result);

// Whether it showed bytes of a picture.
bool shows_picture(const store::VisitResult& result) noexcept;
// Whether it led to another address.
bool redirects(const store::VisitResult& result) noexcept;
// Who names a page is kept only until it is known to be one: navigation is named by every page of a site. A
// picture's address may answer with a page for once: a riddle, a limit.
bool turned_out_a_page(const store::AddressRow& before, const store::VisitResult& result) noexcept;
// Whether what this page names is told of another page: the one that has the same bytes, or to which it
// moved. `names_it`: whether that one names the same.
bool is_told_by_another(const store::AddressRow& page, const std::function<bool(UrlId)>& names_it);

// Whether the verdict takes the place of the one that is kept: two addresses with the same bytes may end in
// any order, and the older comparison does not win.
bool replaces(const store::Verdict& verdict, const store::Verdict& kept) noexcept;
// Whether a picture whose last answer this was needs no visit at that generation, since its bytes were
// compared under another address. Those that match do: each address is an occurrence.
bool is_settled_by(const store::AddressRow& address, const std::optional<store::Verdict>& verdict,
                   std::int64_t generation) noexcept;

// Both together, of the same bytes.
store::Unread merged(const store::Unread& one, const store::Unread& other) noexcept;
// A hostile site can make any number of such bytes: those that nobody met again for so long are forgotten.
inline constexpr auto unread_is_forgotten_after = std::chrono::days(60);

} // namespace stillwatch::crawler
