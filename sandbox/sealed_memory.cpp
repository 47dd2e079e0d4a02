#include "sandbox/sealed_memory.hpp"

#include "sandbox/system_error.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>

namespace stillwatch::sandbox {

namespace {

constexpr int every_seal = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;

} // namespace

Result<Descriptor> sealed_copy(ByteView bytes)
{
    Descriptor memory(memfd_create("document", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!memory) return system_error("memfd_create");
    while (!bytes.empty()) {
        const auto written = ::write(memory.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return system_error("write to a memfd");
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    if (fcntl(memory.get(), F_ADD_SEALS, every_seal) != 0) return system_error("seal a memfd");
    return memory;
}

Result<SealedMemory> SealedMemory::map(const Descriptor& memory, std::size_t expected_bytes)
{
    // In this order: only what is sealed keeps the size that is asked next.
    if (fcntl(memory.get(), F_GET_SEALS) != every_seal) return Error{Errc::refused, "document: not sealed"};
    const auto size = lseek(memory.get(), 0, SEEK_END);
    if (size < 0 || static_cast<std::size_t>(size) != expected_bytes)
        return Error{Errc::refused, "document: not of the announced size"};
    if (expected_bytes == 0) return SealedMemory(ByteView{});
    void* start = mmap(nullptr, expected_bytes, PROT_READ, MAP_PRIVATE, memory.get(), 0);
    if (start == MAP_FAILED) return system_error("map a document");
    return SealedMemory(ByteView(static_cast<const std::byte*>(start), expected_bytes));
}

SealedMemory::~SealedMemory()
{
    if (!view_.empty()) (void)munmap(const_cast<std::byte*>(view_.data()), view_.size());
}

} // namespace stillwatch::sandbox
