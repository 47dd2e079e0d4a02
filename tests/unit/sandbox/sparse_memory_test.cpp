#include "sandbox/sparse_memory.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <array>
#include <string>

namespace stillwatch::sandbox {
namespace {

std::unique_ptr<SparseFile> reader_of(const SparseMemory& memory)
{
    auto file = SparseFile::open(Descriptor(dup(memory.for_reading().get())), memory.file_bytes()).value();
    file->tell(memory.there());
    return file;
}

std::string read(SparseFile& file, std::uint64_t at, std::size_t bytes)
{
    Bytes out(bytes);
    out.resize(file.read(at, out));
    return std::string(as_text(out));
}

TEST(SparseMemory, WhatIsThereIsReadUpToTheGap)
{
    auto memory = SparseMemory::make(std::uint64_t{5} << 30U).value();
    ASSERT_TRUE(memory.put(0, as_bytes("head")));
    ASSERT_TRUE(memory.put(std::uint64_t{4} << 30U, as_bytes("far behind")));
    const auto file = reader_of(memory);
    EXPECT_EQ(read(*file, 0, 100), "head");
    EXPECT_EQ(read(*file, 2, 1), "a");
    EXPECT_EQ(read(*file, 4, 10), "");
    EXPECT_EQ(read(*file, (std::uint64_t{4} << 30U) + 4, 100), "behind");
}

TEST(SparseMemory, TakesMemoryForWhatIsThereOnly)
{
    auto memory = SparseMemory::make(std::uint64_t{5} << 30U).value();
    ASSERT_TRUE(memory.put(std::uint64_t{1} << 30U, as_bytes("a few bytes")));
    const auto file = reader_of(memory);
    (void)read(*file, std::uint64_t{1} << 30U, 4'096);
    struct stat status {};
    ASSERT_EQ(fstat(memory.for_reading().get(), &status), 0);
    EXPECT_LE(status.st_blocks * 512, 64 * 1024);
}

TEST(SparseMemory, ReadsAcrossWindows)
{
    constexpr std::uint64_t window = 16U << 20U;
    auto memory = SparseMemory::make(3 * window).value();
    ASSERT_TRUE(memory.put(window - 3, as_bytes("abcdef")));
    const auto file = reader_of(memory);
    EXPECT_EQ(read(*file, window - 3, 100), "abcdef");
    EXPECT_EQ(read(*file, window - 1, 2), "cd");
}

TEST(SparseMemory, WhoReadsCannotWriteOrResize)
{
    auto memory = SparseMemory::make(4'096).value();
    ASSERT_TRUE(memory.put(0, as_bytes("text")));
    const int fd = memory.for_reading().get();
    EXPECT_LT(pwrite(fd, "x", 1, 0), 0);
    EXPECT_NE(ftruncate(fd, 0), 0);
    EXPECT_EQ(mmap(nullptr, 4'096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
}

TEST(SparseMemory, BytesOutsideTheFileAreRefused)
{
    auto memory = SparseMemory::make(10).value();
    EXPECT_FALSE(memory.put(8, as_bytes("abc")));
    EXPECT_FALSE(memory.put(11, as_bytes("")));
    EXPECT_TRUE(memory.put(7, as_bytes("abc")));
    EXPECT_FALSE(SparseMemory::make(0));
    EXPECT_FALSE(SparseMemory::make(max_sparse_bytes + 1));
}

TEST(SparseFile, TakesOnlyWhatKeepsTheAnnouncedSize)
{
    const auto memory = SparseMemory::make(10).value();
    EXPECT_FALSE(SparseFile::open(Descriptor(dup(memory.for_reading().get())), 11));
    Descriptor unsealed(memfd_create("x", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    ASSERT_EQ(ftruncate(unsealed.get(), 10), 0);
    EXPECT_FALSE(SparseFile::open(std::move(unsealed), 10));
}

} // namespace
} // namespace stillwatch::sandbox
