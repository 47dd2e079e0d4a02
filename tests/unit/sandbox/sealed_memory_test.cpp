#include "sandbox/sealed_memory.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/mman.h>

#include <cstdio>

namespace stillwatch::sandbox {
namespace {

TEST(SealedMemory, HoldsACopyOfTheBytes)
{
    const auto memory = sealed_copy(as_bytes("a picture"));
    ASSERT_TRUE(memory.has_value());
    const auto mapped = SealedMemory::map(*memory, 9);
    ASSERT_TRUE(mapped.has_value());
    EXPECT_EQ(as_text(mapped->bytes()), "a picture");
}

TEST(SealedMemory, CannotBeWrittenOrResized)
{
    const auto memory = sealed_copy(as_bytes("a picture"));
    ASSERT_TRUE(memory.has_value());
    EXPECT_LT(pwrite(memory->get(), "x", 1, 0), 0);
    EXPECT_NE(ftruncate(memory->get(), 0), 0);
    EXPECT_NE(ftruncate(memory->get(), 100), 0);
    EXPECT_EQ(mmap(nullptr, 9, PROT_READ | PROT_WRITE, MAP_SHARED, memory->get(), 0), MAP_FAILED);
}

TEST(SealedMemory, EmptyBytesAreFine)
{
    const auto memory = sealed_copy({});
    ASSERT_TRUE(memory.has_value());
    const auto mapped = SealedMemory::map(*memory, 0);
    ASSERT_TRUE(mapped.has_value());
    EXPECT_TRUE(mapped->bytes().empty());
}

TEST(SealedMemory, MemoryWithoutEverySealIsRefused)
{
    const Descriptor open(memfd_create("open", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    ASSERT_TRUE(open);
    EXPECT_EQ(SealedMemory::map(open, 0).error().code, Errc::refused);
    ASSERT_EQ(fcntl(open.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE), 0);
    EXPECT_EQ(SealedMemory::map(open, 0).error().code, Errc::refused) << "F_SEAL_SEAL is missing";
}

TEST(SealedMemory, AnOrdinaryFileIsRefused)
{
    std::FILE* file = std::tmpfile();
    ASSERT_NE(file, nullptr);
    const Descriptor copy(dup(fileno(file)));
    (void)std::fclose(file);
    EXPECT_EQ(SealedMemory::map(copy, 0).error().code, Errc::refused);
}

TEST(SealedMemory, AnotherSizeThanAnnouncedIsRefused)
{
    const auto memory = sealed_copy(as_bytes("a picture"));
    ASSERT_TRUE(memory.has_value());
    EXPECT_EQ(SealedMemory::map(*memory, 8).error().code, Errc::refused);
    EXPECT_EQ(SealedMemory::map(*memory, 10).error().code, Errc::refused);
}

} // namespace
} // namespace stillwatch::sandbox
