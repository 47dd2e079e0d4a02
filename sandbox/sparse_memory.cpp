#include "sandbox/sparse_memory.hpp"

#include "sandbox/system_error.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace stillwatch::sandbox {

namespace {

constexpr int seals_of_size = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

} // namespace

Result<SparseMemory> SparseMemory::make(std::uint64_t file_bytes)
{
    if (file_bytes == 0 || file_bytes > max_sparse_bytes)
        return Error{Errc::invalid_argument, "video: a file without bytes, or of too many"};
    Descriptor writing(memfd_create("video", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!writing) return system_error("memfd_create");
    if (ftruncate(writing.get(), static_cast<off_t>(file_bytes)) != 0) return system_error("size of a memfd");
    if (fcntl(writing.get(), F_ADD_SEALS, seals_of_size) != 0) return system_error("seal a memfd");
    // A descriptor of its own, since rights belong to the descriptor and not to the memory.
    const auto path = "/proc/self/fd/" + std::to_string(writing.get());
    Descriptor reading(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!reading) return system_error("open a memfd for reading");
    return SparseMemory(std::move(writing), std::move(reading), file_bytes);
}

Result<void> SparseMemory::put(std::uint64_t from, ByteView bytes)
{
    if (from > file_bytes_ || bytes.size() > file_bytes_ - from)
        return Error{Errc::invalid_argument, "video: bytes outside the file"};
    const ByteRange range{from, bytes.size()};
    while (!bytes.empty()) {
        const auto written = ::pwrite(writing_.get(), bytes.data(), bytes.size(), static_cast<off_t>(from));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return system_error("write to a memfd");
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        from += static_cast<std::uint64_t>(written);
    }
    there_.add(range);
    return {};
}

Result<std::unique_ptr<SparseFile>> SparseFile::open(Descriptor memory, std::uint64_t file_bytes)
{
    if (file_bytes == 0 || file_bytes > max_sparse_bytes) return Error{Errc::refused, "video: its size"};
    // In this order: only what is sealed keeps the size that is asked next.
    if (fcntl(memory.get(), F_GET_SEALS) != seals_of_size) return Error{Errc::refused, "video: not sealed"};
    const auto size = lseek(memory.get(), 0, SEEK_END);
    if (size < 0 || static_cast<std::uint64_t>(size) != file_bytes)
        return Error{Errc::refused, "video: not of the announced size"};
    return std::unique_ptr<SparseFile>(new SparseFile(std::move(memory), file_bytes));
}

SparseFile::~SparseFile()
{
    close_window();
}

void SparseFile::close_window() noexcept
{
    if (!window_.empty()) (void)munmap(const_cast<std::byte*>(window_.data()), window_.size());
    window_ = {};
}

// What is mapped from `at` on; empty where it cannot be mapped.
ByteView SparseFile::window_at(std::uint64_t at)
{
    if (window_.empty() || at < window_from_ || at - window_from_ >= window_.size()) {
        close_window();
        window_from_ = at / window_bytes * window_bytes;
        const auto length = static_cast<std::size_t>(std::min(window_bytes, file_bytes_ - window_from_));
        void* start =
            mmap(nullptr, length, PROT_READ, MAP_SHARED, memory_.get(), static_cast<off_t>(window_from_));
        if (start == MAP_FAILED) return {};
        window_ = ByteView(static_cast<const std::byte*>(start), length);
    }
    return window_.subspan(static_cast<std::size_t>(at - window_from_));
}

std::size_t SparseFile::read(std::uint64_t at, std::span<std::byte> out)
{
    auto wanted = std::min<std::uint64_t>(there_.bytes_from(at), out.size());
    std::size_t done = 0;
    while (wanted > 0) {
        const auto window = window_at(at + done);
        if (window.empty()) break;
        const auto part =
            window.first(static_cast<std::size_t>(std::min<std::uint64_t>(wanted, window.size())));
        std::ranges::copy(part, out.subspan(done).begin());
        done += part.size();
        wanted -= part.size();
    }
    return done;
}

} // namespace stillwatch::sandbox
