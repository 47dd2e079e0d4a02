#include "matcher/template_memory.hpp"

#include <algorithm>
#include <cstring>

namespace stillwatch::matcher {

namespace {

PartKey key_from(std::uint64_t value)
{
    PartKey key(ReferenceId{0}, 0, PartKey::Kind::feature, 0);
    key.value = value;
    return key;
}

} // namespace

PartKey::PartKey(ReferenceId reference, std::size_t frame, Kind kind, std::size_t index) noexcept
    : value(static_cast<std::uint64_t>(reference.value) << 24U |
            (static_cast<std::uint64_t>(frame) & 0x7FU) << 17U | static_cast<std::uint64_t>(kind) << 16U |
            (static_cast<std::uint64_t>(index) & 0xFFFFU))
{
}

Templates::Templates(std::vector<PartKey> parts) : parts_(std::move(parts))
{
    std::ranges::sort(parts_);
}

bool Templates::contains(PartKey part) const noexcept
{
    return std::ranges::binary_search(parts_, part);
}

void TemplateMemory::learn(const Sha256& picture, std::span<const PartKey> parts)
{
    if (parts.size() > max_parts) parts = parts.first(max_parts);
    if (seen_.size() + parts.size() > max_parts) {
        seen_.clear();
        is_stale_ = true;
    }
    std::uint32_t name = 0;
    std::memcpy(&name, picture.bytes.data(), sizeof name);
    for (const auto& part : parts) {
        auto& seen = seen_[part.value];
        if (seen.pictures > 0 && seen.last_picture == name) continue;
        seen.last_picture = name;
        if (seen.pictures >= enough_pictures) continue;
        ++seen.pictures;
        is_stale_ = is_stale_ || seen.pictures >= enough_pictures;
    }
}

std::shared_ptr<const Templates> TemplateMemory::templates() const
{
    if (!is_stale_) return templates_;
    std::vector<PartKey> parts;
    for (const auto& [key, seen] : seen_)
        if (seen.pictures >= enough_pictures) parts.push_back(key_from(key));
    templates_ = std::make_shared<const Templates>(std::move(parts));
    is_stale_ = false;
    return templates_;
}

} // namespace stillwatch::matcher
