#include "vault/locked_memory.hpp"
#include "vault/secret.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace stillwatch::vault {
namespace {

#ifndef STILLWATCH_SANITIZED // the sanitizers make mlock do nothing

// Flags of the mapping that holds `address`: "rd wr … lo … dd".
std::string mapping_flags(const void* address)
{
    std::ifstream maps("/proc/self/smaps");
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    bool inside = false;
    for (std::string line; std::getline(maps, line);) {
        std::istringstream head(line);
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        char dash = 0;
        if (head >> std::hex >> begin >> dash >> end && dash == '-') inside = begin <= wanted && wanted < end;
        if (inside && line.starts_with("VmFlags:")) return line;
    }
    return {};
}

// Runs `claim` in a process of an ordinary user who may lock `limit_bytes`.
bool holds_with_limit(rlim_t limit_bytes, const std::function<bool()>& claim)
{
    const pid_t child = fork();
    if (child == 0) {
        const rlimit limit{limit_bytes, limit_bytes};
        if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0) _exit(3);
        if (getuid() == 0 && setuid(65534) != 0) _exit(4); // root may lock what it likes
        _exit(claim() ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(LockedMemory, IsLockedAndLeftOutOfCoreDumps)
{
    LockedMemoryResource memory;
    const std::pmr::vector<int> numbers(10'000, 7, &memory);
    const auto flags = mapping_flags(numbers.data());
    EXPECT_NE(flags.find(" lo"), std::string::npos) << flags;
    EXPECT_NE(flags.find(" dd"), std::string::npos) << flags;
}

TEST(LockedMemory, OverTheLimitIsAnErrorThatNamesIt)
{
    const auto refusal = [] {
        LockedMemoryResource memory;
        try {
            const std::pmr::vector<std::byte> bytes(1U << 20U, &memory);
        } catch (const std::bad_alloc& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_TRUE(holds_with_limit(
        64U << 10U, [&] { return refusal().find("RLIMIT_MEMLOCK, is 64 KiB") != std::string::npos; }));
    EXPECT_TRUE(holds_with_limit(4U << 20U, [&] { return refusal().empty(); }));
}

TEST(LockedMemory, IsUsableAfterEveryRefusal)
{
    // Wherever the limit falls, in the pool's own tables too, and whichever thread asks again.
    for (rlim_t kib = 4; kib <= 256; kib += 4)
        EXPECT_TRUE(holds_with_limit(
            kib << 10U,
            [] {
                LockedMemoryResource memory;
                const auto fill = [&memory] {
                    try {
                        std::vector<std::pmr::vector<std::byte>> kept;
                        for (int i = 0; i < 40; ++i)
                            for (const std::size_t bytes : {28U, 500U, 5'000U, 28'000U})
                                kept.emplace_back(bytes, std::byte{1}, &memory);
                    } catch (
                        const LockedMemoryError&) { // what is under test is that it comes to nothing worse
                    }
                };
                for (int attempt = 0; attempt < 3; ++attempt) {
                    fill();
                    std::thread(fill).join();
                }
                return true;
            }))
            << kib << " KiB";
}

TEST(LockedMemory, ContainersThrowOverTheLimit)
{
    EXPECT_TRUE(holds_with_limit(64U << 10U, [] {
        LockedMemoryResource memory;
        try {
            const std::pmr::vector<std::byte> much(1U << 20U, &memory);
            return false;
        } catch (const LockedMemoryError&) {
            return true;
        }
    }));
}

TEST(LockedMemory, SecretsThrowOverTheLimit)
{
    EXPECT_TRUE(holds_with_limit(0, [] {
        try {
            const SecretBytes secret(32);
            return false;
        } catch (const LockedMemoryError&) {
            return true;
        }
    }));
}

#endif

TEST(LockedMemory, ServesContainersOfManySizes)
{
    LockedMemoryResource memory;
    std::pmr::vector<std::pmr::string> texts(&memory);
    for (std::size_t i = 0; i < 500; ++i)
        texts.emplace_back(i, 'x');
    EXPECT_EQ(texts[499].size(), 499U);
    EXPECT_TRUE(std::ranges::all_of(texts[300], [](char c) { return c == 'x'; }));
}

TEST(LockedMemory, BlocksAreZeroedWhenReleased)
{
    LockedMemoryResource memory;
    auto* block = static_cast<unsigned char*>(memory.allocate(64));
    auto* neighbour = memory.allocate(64); // keeps the pool's page
    std::fill_n(block, 64, static_cast<unsigned char>(0xab));
    memory.deallocate(block, 64);
    // The pool gives the block out again; only its first bytes may hold the pool's own list.
    auto* again = static_cast<unsigned char*>(memory.allocate(64));
    EXPECT_EQ(std::count(again, again + 64, 0xab), 0);
    memory.deallocate(again, 64);
    memory.deallocate(neighbour, 64);
}

} // namespace
} // namespace stillwatch::vault
