#include "core/byte_budget.hpp"

#include <algorithm>
#include <utility>

namespace stillwatch {

std::shared_ptr<ByteBudget> ByteBudget::make(Limits limits)
{
    return std::shared_ptr<ByteBudget>(new ByteBudget(limits));
}

void ByteBudget::use(Limits limits)
{
    limits_ = limits;
    serve();
}

std::shared_ptr<ByteShare> ByteBudget::share(std::string host)
{
    return std::make_shared<ByteShare>(shared_from_this(), std::move(host));
}

// Whose turn it is does not depend on what fits, or large bodies would be passed by for ever.
void ByteBudget::serve()
{
    while (!line_.empty()) {
        const auto held_by = [this](const ByteShare* share) {
            const auto found = held_by_host_.find(share->host_);
            return found == held_by_host_.end() ? std::size_t{0} : found->second;
        };
        const auto next = std::ranges::min_element(line_, {}, held_by); // the first of equals
        auto& share = **next;
        if (held_ > 0 && held_ + share.wanted_ > limits_.most_bytes) return;
        line_.erase(next);
        hold(share, std::exchange(share.wanted_, 0));
        if (const auto granted = std::exchange(share.granted_, {})) granted();
    }
}

void ByteBudget::hold(ByteShare& share, std::size_t bytes)
{
    if (bytes == 0) return;
    held_ += bytes;
    share.held_ += bytes;
    held_by_host_[share.host_] += bytes;
}

void ByteBudget::give_back(ByteShare& share, std::size_t bytes)
{
    if (bytes == 0) return;
    held_ -= bytes;
    share.held_ -= bytes;
    const auto host = held_by_host_.find(share.host_);
    host->second -= bytes;
    if (host->second == 0) held_by_host_.erase(host);
    serve();
}

ByteShare::~ByteShare()
{
    std::erase(budget_->line_, this);
    budget_->give_back(*this, held_);
    budget_->serve(); // the first in line may have gone
}

std::size_t ByteShare::missing(std::size_t bytes) const noexcept
{
    const auto has = budget_->limits_.free_bytes + held_;
    return bytes > has ? bytes - has : 0;
}

bool ByteShare::covers(std::size_t bytes) const noexcept
{
    return missing(bytes) == 0;
}

bool ByteShare::ask(std::size_t bytes, std::function<void()> granted)
{
    if (wanted_ > 0) return false; // it waits already
    wanted_ = missing(bytes);
    if (wanted_ == 0) return true;
    budget_->line_.push_back(this);
    budget_->serve();
    if (wanted_ == 0) return true;
    granted_ = std::move(granted);
    ++budget_->waits_;
    return false;
}

void ByteShare::take(std::size_t bytes)
{
    std::erase(budget_->line_, this);
    wanted_ = 0;
    granted_ = {};
    budget_->hold(*this, missing(bytes));
}

void ByteShare::shrink_to(std::size_t bytes)
{
    const auto free = budget_->limits_.free_bytes;
    const auto keeps = bytes > free ? bytes - free : 0;
    if (held_ > keeps) budget_->give_back(*this, held_ - keeps);
}

} // namespace stillwatch
