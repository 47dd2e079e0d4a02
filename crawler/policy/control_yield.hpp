#pragma once

#include <cstddef>
#include <string>
#include <unordered_set>

namespace stillwatch::crawler {

// Whether the pages of a site that only controls lead to (Mechanism::control) are worth asking for. A site
// where they show nothing, since they are what its scripts talk to, is asked for few of them. Kept for one
// run of the program: which addresses they were is known by the frontier.
class ControlYield {
public:
    static constexpr int idle_after = 32; // visits in a row that showed no picture
    static constexpr int sampled = 16;    // then one of so many is taken all the same
    static constexpr std::size_t max_waiting = 4'096;

    // Whether one more that a page names is taken up.
    bool takes(const std::string& address);
    // An address of the site was visited. `showed`: a picture, or a page that names some.
    void visited(const std::string& address, bool showed);
    bool is_idle() const noexcept { return idle_ >= idle_after; }

private:
    std::unordered_set<std::string> waiting_; // taken up and not visited yet
    int idle_ = 0;
    int left_out_ = 0;
};

} // namespace stillwatch::crawler
