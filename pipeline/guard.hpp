#pragma once

#include "cases/guard_list.hpp"
#include "core/async.hpp"
#include "core/bytes.hpp"
#include "pipeline/services.hpp"
#include "store/visit.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace stillwatch::pipeline {

struct PipelineSettings;

// The alerts that say that a picture was met that nobody may look at: of no case, with no address.
std::vector<store::NewAlert> guard_alerts(const std::vector<std::string>& channels, const std::string& link,
                                          Timestamp now);

// Keeps pictures that nobody may look at from everything that follows: of such a picture and of the pages
// that show it only address, time and reason are kept, and nobody asks for them again. Loop thread.
class Guard {
public:
    explicit Guard(const Services& services) : services_(services) {}

    // Whether the address is that of such a picture or page.
    Task<bool> covers(Url address);
    // Others were added in the database.
    void read_again() noexcept { is_read_ = false; }
    // By the bytes as they came. No list: nothing.
    Task<std::optional<cases::GuardReason>> reason_for(std::shared_ptr<const cases::GuardList> list,
                                                       std::shared_ptr<const Bytes> file);
    // Keeps what is kept, and tells whoever is to be told.
    Task<> trip(const PipelineSettings& settings, const store::Visit& visit, cases::GuardReason reason);

private:
    Services services_;
    bool is_read_ = false;
    std::set<std::string, std::less<>> addresses_;
};

} // namespace stillwatch::pipeline
