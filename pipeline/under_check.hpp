#pragma once

#include "core/url.hpp"

#include <set>
#include <string>
#include <vector>

namespace stillwatch::pipeline {

// The addresses of which a check wants to know what the next visit shows. Loop thread.
class UnderCheck {
public:
    // Pages and pictures, as findings name them.
    void watch(const std::vector<Url>& addresses);
    // By whatever signature, and also of a package that holds such a picture.
    bool contains(const Url& visited) const;

private:
    std::set<std::string, std::less<>> keys_;
};

} // namespace stillwatch::pipeline
