#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace stillwatch::test {

// A disk in memory under SQLite, which fails on purpose. While one stands, every database that the process
// opens lies on it. Operations (create, write, truncate, sync, delete) are numbered from 1.
class FaultDisk {
public:
    FaultDisk();
    ~FaultDisk();
    FaultDisk(const FaultDisk&) = delete;
    FaultDisk& operator=(const FaultDisk&) = delete;

    std::int64_t operations() const;
    // The power fails just before operation `number`: it and all later ones fail.
    void cut_power_before(std::int64_t number);
    // What the disk holds when the power is back. Nothing that was not synced is left, or, with a seed other
    // than 0, an arbitrary part of it in sectors of 512 bytes; names appear and vanish only with a sync.
    void restore_power(std::uint32_t seed);
    // Writes that would make a file longer fail as on a full disk from operation `number` on, until freed.
    void fill_before(std::int64_t number);
    void free_space();

    // Whether any file holds these bytes.
    bool holds(std::string_view bytes) const;

    class Impl;

private:
    std::unique_ptr<Impl> impl_;
};

} // namespace stillwatch::test
