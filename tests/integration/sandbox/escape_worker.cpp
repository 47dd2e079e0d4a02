// Restricts itself exactly as a worker does, then tries what argv[1] names. Ends with code 0 where that
// worked, with 10 where it was denied and the process lived on, with 71 where it could not be restricted. A
// name with "finds_nothing " before it is tried where opening a file finds none.
#include "sandbox/restrict.hpp"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <thread>

namespace {

using stillwatch::sandbox::answer_fd;
using stillwatch::sandbox::request_fd;

constexpr int inherited_fd = 9; // opened by the test
const pid_t parent = getppid();

// Also for calls without a wrapper, and those whose wrapper would do something else first.
template <class... Arguments>
bool works(long number, Arguments... arguments)
{
    return syscall(number, arguments...) >= 0;
}

bool executes_new_memory()
{
    return mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
           MAP_FAILED;
}

bool turns_memory_executable()
{
    void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(memory, 4096, PROT_READ | PROT_EXEC) == 0;
}

bool takes_memory_over_the_limit()
{
    return mmap(nullptr, std::size_t{512} << 20U, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) != MAP_FAILED;
}

bool starts_a_thread()
{
    std::thread([] {}).join();
    return true;
}

// The 32-bit entry of the kernel, which numbers its calls otherwise: 5 is open there.
bool opens_by_the_32_bit_entry()
{
    static const char path[] = "/";
    long result = 5;
    asm volatile("int $0x80" : "+a"(result) : "b"(path), "c"(0), "d"(0) : "memory");
    return result >= 0;
}

bool burns_cpu()
{
    volatile unsigned long turns = 0;
    while (true)
        turns = turns + 1;
    return true;
}

const std::map<std::string, std::function<bool()>>& attempts()
{
    static const std::map<std::string, std::function<bool()>> all{
        {"nothing", [] { return true; }},
        {"open", [] { return works(SYS_open, "/etc/passwd", O_RDONLY); }},
        {"openat", [] { return works(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY); }},
        {"openat2", [] { return works(SYS_openat2, AT_FDCWD, "/etc/passwd", nullptr, 0); }},
        {"stat", [] { return works(SYS_newfstatat, AT_FDCWD, "/", nullptr, 0); }},
        {"socket", [] { return works(SYS_socket, AF_INET, SOCK_STREAM, 0); }},
        {"socketpair", [] { return works(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, nullptr); }},
        {"send_to_parent", [] { return works(SYS_sendto, request_fd, "x", 1, 0, nullptr, 0); }},
        {"fork", [] { return works(SYS_fork); }},
        {"vfork", [] { return works(SYS_clone, CLONE_VFORK | SIGCHLD, nullptr, nullptr, nullptr, nullptr); }},
        {"thread", starts_a_thread},
        {"execve", [] { return works(SYS_execve, "/bin/true", nullptr, nullptr); }},
        {"ptrace", [] { return works(SYS_ptrace, PTRACE_ATTACH, parent, nullptr, nullptr); }},
        {"read_other_memory", [] { return works(SYS_process_vm_readv, parent, nullptr, 0, nullptr, 0, 0); }},
        {"kill_parent", [] { return works(SYS_kill, parent, 0); }},
        {"tgkill_parent", [] { return works(SYS_tgkill, parent, parent, 0); }},
        {"pidfd_of_parent", [] { return works(SYS_pidfd_open, parent, 0); }},
        {"write_inherited", [] { return works(SYS_write, inherited_fd, "x", 1); }},
        {"close_inherited", [] { return close(inherited_fd) == 0; }},
        {"write_standard_error", [] { return works(SYS_write, STDERR_FILENO, "x", 1); }},
        {"read_answers", [] { return works(SYS_read, answer_fd, nullptr, 0); }},
        {"duplicate", [] { return works(SYS_dup, answer_fd); }},
        {"new_memory_file", [] { return works(SYS_memfd_create, "x", 0); }},
        {"executable_memory", executes_new_memory},
        {"turn_executable", turns_memory_executable},
        {"memory", takes_memory_over_the_limit},
        {"raise_limit", [] { return works(SYS_prlimit64, 0, RLIMIT_AS, nullptr, nullptr); }},
        {"dumpable", [] { return works(SYS_prctl, PR_SET_DUMPABLE, 1); }},
        {"seccomp", [] { return works(SYS_seccomp, 0, 0, nullptr); }},
        {"io_uring", [] { return works(SYS_io_uring_setup, 1, nullptr); }},
        {"bpf", [] { return works(SYS_bpf, 0, nullptr, 0); }},
        {"keyctl", [] { return works(SYS_keyctl, 0, 0); }},
        {"unshare", [] { return works(SYS_unshare, CLONE_NEWUSER); }},
        {"chdir", [] { return works(SYS_chdir, "/"); }},
        {"handler", [] { return std::signal(SIGSYS, [](int) {}) != SIG_ERR; }},
        {"x32", [] { return works(0x40000000 + SYS_getpid); }},
        {"32_bit", opens_by_the_32_bit_entry},
        {"cpu", burns_cpu},
    };
    return all;
}

} // namespace

int main(int, char** argv)
{
    using stillwatch::sandbox::FileOpening;
    std::string name = argv[1];
    const std::string before = "finds_nothing ";
    const bool finds_nothing = name.starts_with(before);
    if (finds_nothing) name.erase(0, before.size());
    const auto attempt = attempts().find(name);
    if (attempt == attempts().end()) return 64;
    const stillwatch::sandbox::Restrictions restrictions{std::size_t{256} << 20U, 1,
                                                         finds_nothing ? FileOpening::finds_nothing
                                                                       : FileOpening::ends_the_process};
    if (!stillwatch::sandbox::restrict_process(restrictions)) return 71;
    ::_exit(attempt->second() ? 0 : 10);
}
