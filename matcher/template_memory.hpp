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

// That a part of a reference was seen in a picture which is something else. The weight says how sure that is.
struct Lesson {
    PartKey part;
    int weight;
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

// What was learnt on one site. Belongs to one thread; what it gives out is immutable.
class TemplateMemory {
public:
    // The same picture counts once, however often it is seen.
    void learn(const Sha256& picture, std::span<const Lesson> lessons);
    std::shared_ptr<const Templates> templates() const;

    // A part is a template after two other pictures, or four that might be edited copies.
    static constexpr int template_weight = 4;
    static constexpr int weight_of_other = 2;
    static constexpr int weight_of_edited = 1;
    static constexpr std::size_t max_parts = 100'000; // 4 MB a site; then it begins anew

private:
    struct Seen {
        std::uint32_t last_picture = 0;
        std::int32_t weight = 0;
    };
    std::unordered_map<std::uint64_t, Seen> seen_;
    mutable std::shared_ptr<const Templates> templates_ = std::make_shared<const Templates>();
    mutable bool is_stale_ = false;
};

} // namespace stillwatch::matcher
