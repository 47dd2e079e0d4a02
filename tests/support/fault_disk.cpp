#include "tests/support/fault_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <random>
#include <vector>

namespace stillwatch::test {

namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t sector = 512;

// A write, or with `truncate` a change of the length to `offset`, that was not synced yet.
struct Pending {
    std::size_t offset = 0;
    std::string bytes;
    bool truncate = false;
};

struct File {
    std::string synced;  // what a power cut leaves
    std::string current; // what the program sees
    std::vector<Pending> pending;
};

using FilePointer = std::shared_ptr<File>;

void put(std::string& content, const Pending& change)
{
    if (change.truncate) {
        content.resize(std::min(content.size(), change.offset));
        return;
    }
    if (content.size() < change.offset + change.bytes.size())
        content.resize(change.offset + change.bytes.size());
    std::copy(change.bytes.begin(), change.bytes.end(),
              content.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

struct Handle {
    sqlite3_file base;
    FaultDisk::Impl* disk;
    File* file;
    FilePointer* owner;
};

Handle& handle_of(sqlite3_file* file)
{
    return *reinterpret_cast<Handle*>(file);
}

} // namespace

class FaultDisk::Impl {
public:
    Impl() : system(sqlite3_vfs_find(nullptr))
    {
        vfs = *system; // time, randomness and sleep stay those of the system
        vfs.zName = "fault-disk";
        vfs.pNext = nullptr;
        vfs.szOsFile = sizeof(Handle);
        vfs.pAppData = this;
        vfs.xOpen = open;
        vfs.xDelete = remove;
        vfs.xAccess = access;
        vfs.xFullPathname = full_name;
        sqlite3_vfs_register(&vfs, 1);
    }
    ~Impl()
    {
        sqlite3_vfs_unregister(&vfs);
        sqlite3_vfs_register(system, 1);
    }

    int operate()
    {
        ++count;
        return count >= cut ? SQLITE_IOERR : SQLITE_OK;
    }

    static Impl& of(sqlite3_vfs* vfs) { return *static_cast<Impl*>(vfs->pAppData); }
    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* raw, int flags, int* out_flags);
    static int remove(sqlite3_vfs* vfs, const char* name, int sync_directory);
    static int access(sqlite3_vfs* vfs, const char* name, int, int* result)
    {
        *result = of(vfs).files.count(name) != 0 ? 1 : 0;
        return SQLITE_OK;
    }
    static int full_name(sqlite3_vfs*, const char* name, int size, char* out)
    {
        sqlite3_snprintf(size, out, "%s", name);
        return SQLITE_OK;
    }

    sqlite3_vfs* system;
    sqlite3_vfs vfs{};
    std::map<std::string, FilePointer> files;         // as the program sees the directory
    std::map<std::string, FilePointer> durable_files; // as a power cut leaves it
    std::int64_t count = 0;
    std::int64_t cut = never;
    std::int64_t full = never;
};

namespace {

int close_file(sqlite3_file* raw)
{
    delete handle_of(raw).owner;
    return SQLITE_OK;
}

int read_file(sqlite3_file* raw, void* out, int amount, sqlite3_int64 offset)
{
    const std::string& content = handle_of(raw).file->current;
    const auto begin = static_cast<std::size_t>(offset);
    const auto wanted = static_cast<std::size_t>(amount);
    const std::size_t there = begin < content.size() ? std::min(wanted, content.size() - begin) : 0;
    if (there > 0) std::memcpy(out, content.data() + begin, there);
    if (there == wanted) return SQLITE_OK;
    std::memset(static_cast<char*>(out) + there, 0, wanted - there);
    return SQLITE_IOERR_SHORT_READ;
}

int change(Handle& handle, Pending pending)
{
    put(handle.file->current, pending);
    handle.file->pending.push_back(std::move(pending));
    return SQLITE_OK;
}

int write_file(sqlite3_file* raw, const void* bytes, int amount, sqlite3_int64 offset)
{
    auto& handle = handle_of(raw);
    if (handle.disk->operate() != SQLITE_OK) return SQLITE_IOERR_WRITE;
    Pending pending{static_cast<std::size_t>(offset),
                    std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(amount)), false};
    if (handle.disk->count >= handle.disk->full &&
        pending.offset + pending.bytes.size() > handle.file->current.size())
        return SQLITE_FULL;
    return change(handle, std::move(pending));
}

int truncate_file(sqlite3_file* raw, sqlite3_int64 size)
{
    auto& handle = handle_of(raw);
    if (handle.disk->operate() != SQLITE_OK) return SQLITE_IOERR_TRUNCATE;
    return change(handle, {static_cast<std::size_t>(size), {}, true});
}

int sync_file(sqlite3_file* raw, int)
{
    auto& handle = handle_of(raw);
    if (handle.disk->operate() != SQLITE_OK) return SQLITE_IOERR_FSYNC;
    for (const auto& pending : handle.file->pending)
        put(handle.file->synced, pending);
    handle.file->pending.clear();
    // SQLite's own file layer syncs the directory with the first sync of a file it made.
    for (const auto& [name, file] : handle.disk->files)
        if (file.get() == handle.file) handle.disk->durable_files[name] = file;
    return SQLITE_OK;
}

int file_size(sqlite3_file* raw, sqlite3_int64* size)
{
    *size = static_cast<sqlite3_int64>(handle_of(raw).file->current.size());
    return SQLITE_OK;
}

int lock_file(sqlite3_file*, int)
{
    return SQLITE_OK;
}

int check_lock(sqlite3_file*, int* result)
{
    *result = 0;
    return SQLITE_OK;
}

int control(sqlite3_file*, int, void*)
{
    return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file*)
{
    return 4096;
}

int characteristics(sqlite3_file*)
{
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE; // as SQLite's own file layer says of every disk
}

const sqlite3_io_methods methods{1,         close_file,  read_file,       write_file, truncate_file,
                                 sync_file, file_size,   lock_file,       lock_file,  check_lock,
                                 control,   sector_size, characteristics, nullptr,    nullptr,
                                 nullptr,   nullptr,     nullptr,         nullptr};

} // namespace

int FaultDisk::Impl::open(sqlite3_vfs* vfs, const char* name, sqlite3_file* raw, int flags, int* out_flags)
{
    auto& disk = of(vfs);
    raw->pMethods = nullptr;
    if (name == nullptr) return SQLITE_CANTOPEN; // temporary files: the store keeps them in memory
    auto found = disk.files.find(name);
    if (found == disk.files.end()) {
        if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
        if (disk.operate() != SQLITE_OK) return SQLITE_IOERR;
        found = disk.files.emplace(name, std::make_shared<File>()).first;
    }
    auto& handle = handle_of(raw);
    handle.disk = &disk;
    handle.file = found->second.get();
    handle.owner = new FilePointer(found->second); // SQLite owns the handle's memory and runs no constructors
    raw->pMethods = &methods;
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
}

int FaultDisk::Impl::remove(sqlite3_vfs* vfs, const char* name, int sync_directory)
{
    auto& disk = of(vfs);
    if (disk.operate() != SQLITE_OK) return SQLITE_IOERR_DELETE;
    if (disk.files.erase(name) == 0) return SQLITE_IOERR_DELETE_NOENT;
    if (sync_directory != 0) disk.durable_files.erase(name);
    return SQLITE_OK;
}

FaultDisk::FaultDisk() : impl_(std::make_unique<Impl>()) {}
FaultDisk::~FaultDisk() = default;

std::int64_t FaultDisk::operations() const
{
    return impl_->count;
}

void FaultDisk::cut_power_before(std::int64_t number)
{
    impl_->cut = number;
}

void FaultDisk::restore_power(std::uint32_t seed)
{
    std::minstd_rand random(seed);
    impl_->cut = never;
    impl_->files = impl_->durable_files;
    for (const auto& [name, file] : impl_->files) {
        for (const auto& pending : file->pending) {
            if (seed == 0) break;
            if (pending.truncate) {
                if (random() % 2 == 0) put(file->synced, pending);
                continue;
            }
            for (std::size_t begin = 0; begin < pending.bytes.size(); begin += sector)
                if (random() % 2 == 0)
                    put(file->synced, {pending.offset + begin, pending.bytes.substr(begin, sector), false});
        }
        file->pending.clear();
        file->current = file->synced;
    }
}

void FaultDisk::fill_before(std::int64_t number)
{
    impl_->full = number;
}

void FaultDisk::free_space()
{
    impl_->full = never;
}

bool FaultDisk::holds(std::string_view bytes) const
{
    return std::any_of(impl_->files.begin(), impl_->files.end(), [&](const auto& entry) {
        return entry.second->current.find(bytes) != std::string::npos;
    });
}

} // namespace stillwatch::test
