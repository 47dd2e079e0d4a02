#include "sandbox/slots.hpp"

#include "sandbox/frame_cache.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace stillwatch::sandbox {

using std::chrono::steady_clock;

void Slot::remember(const Sha256& file_digest)
{
    std::erase(pictures, file_digest);
    pictures.push_front(file_digest);
    if (pictures.size() > kept_pictures) pictures.pop_back();
}

void Slot::begin()
{
    used_before = true;
    served = 0;
    busy = {};
    pictures.clear();
    site.clear();
    is_shared = false;
}

bool Slot::remembers(const Sha256& file_digest) const
{
    return idle != nullptr && std::ranges::find(pictures, file_digest) != pictures.end();
}

Slots::Slots(asio::io_context& io, std::size_t count)
    : io_(io), slots_(std::max<std::size_t>(count, 1)), all_back_(io, steady_clock::time_point::max())
{
}

Slots::Turn::Turn(std::shared_ptr<Slots> from, std::optional<Sha256> wanted_picture, std::string of_site)
    : slots(std::move(from)), picture(wanted_picture), site(std::move(of_site)),
      called(slots->io_, steady_clock::time_point::max())
{
}

Slots::Turn::~Turn()
{
    if (slot != nullptr) slots->give_back(*slot);
}

Slot* Slots::free_slot(const Turn& turn)
{
    Slot* free = nullptr;
    bool is_own = false;
    for (auto& slot : slots_) {
        if (slot.taken || &slot == turn.avoided) continue;
        if (turn.picture && slot.remembers(*turn.picture)) return &slot;
        const bool serves_site = slot.idle != nullptr && slot.site == turn.site;
        if (free == nullptr || (serves_site && !is_own)) {
            free = &slot;
            is_own = serves_site;
        }
    }
    return free;
}

Task<std::shared_ptr<Slots::Turn>> Slots::take_turn(std::shared_ptr<Slots> self,
                                                    std::optional<Sha256> picture, std::string site,
                                                    const Slot* avoided)
{
    auto turn = std::make_shared<Turn>(self, picture, std::move(site));
    turn->avoided = avoided;
    if (self->stopping_) co_return turn;
    if (auto* slot = self->free_slot(*turn)) {
        slot->taken = true;
        turn->slot = slot;
        co_return turn;
    }
    self->line_.push_back(turn);
    boost::system::error_code called;
    co_await turn->called.async_wait(asio::redirect_error(asio::use_awaitable, called));
    co_return turn;
}

std::shared_ptr<Slots::Turn> Slots::next_for(const Slot& slot)
{
    std::erase_if(line_,
                  [](const auto& waiting) { return waiting.expired(); }); // their callers were cancelled
    if (line_.empty()) return nullptr;
    const auto wants_this = [&](const std::weak_ptr<Turn>& waiting) {
        const auto turn = waiting.lock();
        return turn && turn->avoided != &slot && turn->picture && slot.remembers(*turn->picture);
    };
    auto chosen = std::ranges::find_if(line_, wants_this);
    if (chosen == line_.end())
        chosen = std::ranges::find_if(line_,
                                      [&](const auto& waiting) { return waiting.lock()->avoided != &slot; });
    if (chosen == line_.end()) return nullptr;
    auto turn = chosen->lock();
    line_.erase(chosen);
    return turn;
}

void Slots::give_back(Slot& slot)
{
    slot.taken = false;
    if (stopping_) {
        all_back_.cancel();
        return;
    }
    const auto next = next_for(slot);
    if (!next) return;
    slot.taken = true;
    next->slot = &slot;
    next->called.cancel();
}

void Slots::send_everyone_home()
{
    stopping_ = true;
    for (const auto& waiting : line_)
        if (const auto turn = waiting.lock()) turn->called.cancel();
    line_.clear();
}

Task<void> Slots::all_back(std::shared_ptr<Slots> self)
{
    const auto is_taken = [](const Slot& slot) { return slot.taken; };
    while (std::ranges::any_of(self->slots_, is_taken)) {
        boost::system::error_code woken;
        co_await self->all_back_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

} // namespace stillwatch::sandbox
