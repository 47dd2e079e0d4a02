#pragma once

#include "core/digest.hpp"
#include "core/id.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace stillwatch::matcher {

// Names a feature or a tile of a reference without holding anything of it.
struct PartKey {
    enum class Kind : std::uint8_t { feature, tile };

    PartKey(ReferenceId reference, std::size_t frame, Kind kind, std::size_t index) noexcept;

    std::uint64_t value;

    friend auto operator<=>(const PartKey&, const PartKey&) = default;
};

// Parts of references that a site shows everywhere: its frames, buttons, watermarks, captions. No evidence.
class Templates {
public:
    Templates() = default;
    explicit Templates(std::vector<PartKey> parts);

    bool contains(PartKey part) const noexcept;
    bool empty() const noexcept { return parts_.empty(); }
    std::size_t size() const noexcept { return parts_.size(); }

private:
    std::vector<PartKey> parts_; // sorted
};

// What was learnt on one site: which parts of references its pictures show that are something else. Belongs
// to one thread; what it gives out is immutable.
class TemplateMemory {
public:
    // The same picture counts once, however often it is seen.
    void learn(const Sha256& picture, std::span<const PartKey> parts);
    std::shared_ptr<const Templates> templates() const;

    // A part that so many pictures show which are not the reference is a template.
    static constexpr int enough_pictures = 2;
    static constexpr std::size_t max_parts = 100'000; // 4 MB a site; then it begins anew

private:
    struct Seen {
        std::uint32_t last_picture = 0;
        std::int32_t pictures = 0;
    };
    std::unordered_map<std::uint64_t, Seen> seen_;
    mutable std::shared_ptr<const Templates> templates_ = std::make_shared<const Templates>();
    mutable bool is_stale_ = false;
};

} // namespace stillwatch::matcher
