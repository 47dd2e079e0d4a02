#include "sandbox/restrict.hpp"

#include "sandbox/restrict_build.hpp"
#include "sandbox/system_error.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <memory>
#include <system_error>

namespace stillwatch::sandbox {

namespace {

Result<void> require_empty_environment()
{
    if (environ != nullptr && *environ != nullptr)
        return Error{Errc::refused, "the environment is not empty"};
    return {};
}

Result<void> die_with_the_parent()
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return system_error("PR_SET_PDEATHSIG");
    return {};
}

// systemd and terminals signal the whole group at a stop: the worker still finishes what the daemon waits
// for.
Result<void> leave_stopping_to_the_parent()
{
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE})
        if (std::signal(number, SIG_IGN) == SIG_ERR) return system_error("ignore a signal");
    return {};
}

// Where memory runs out the kernel should take a worker, which costs one picture, rather than the daemon.
void volunteer_for_the_oom_killer()
{
    const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    (void)!::write(file, "1000", 4); // a wish: without it the worker is as safe
    (void)::close(file);
}

Result<void> give_up_privileges()
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return system_error("PR_SET_NO_NEW_PRIVS");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return system_error("PR_SET_DUMPABLE");
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3]{};
    if (syscall(SYS_capset, &header, none) != 0) return system_error("drop capabilities");
    return {};
}

Result<void> require_single_thread()
{
    std::error_code failed;
    std::size_t threads = 0;
    for (std::filesystem::directory_iterator task("/proc/self/task", failed), end; !failed && task != end;
         task.increment(failed))
        ++threads;
    if (failed) return Error{Errc::io, "list /proc/self/task: " + failed.message()};
    if (threads != 1)
        return Error{Errc::refused, std::to_string(threads) + " threads run, where one is allowed"};
    return {};
}

Result<void> close_inherited_descriptors()
{
    if (close_range(answer_fd + 1, ~0U, 0) != 0) return system_error("close inherited descriptors");
    for (const int own : {request_fd, answer_fd})
        if (fcntl(own, F_GETFD) < 0) return system_error("descriptor " + std::to_string(own));
    return {};
}

Result<void> limit(__rlimit_resource resource, rlim_t value, const char* name)
{
    const rlimit limits{value, value};
    if (setrlimit(resource, &limits) != 0) return system_error(name);
    return {};
}

Result<void> limit_resources(const Restrictions& restrictions)
{
    const auto descriptors = static_cast<rlim_t>(highest_descriptor) + 1;
    for (const auto& done :
         {limit(RLIMIT_CPU, restrictions.max_cpu_seconds, "RLIMIT_CPU"),
          limit(RLIMIT_FSIZE, 0, "RLIMIT_FSIZE"), limit(RLIMIT_NOFILE, descriptors, "RLIMIT_NOFILE"),
          limit(RLIMIT_NPROC, 0, "RLIMIT_NPROC"), limit(RLIMIT_CORE, 0, "RLIMIT_CORE"),
          limit(RLIMIT_MSGQUEUE, 0, "RLIMIT_MSGQUEUE"), limit(RLIMIT_MEMLOCK, 0, "RLIMIT_MEMLOCK")})
        if (!done) return done.error();
    if (!limit_memory(restrictions.max_memory_bytes)) return system_error("limit memory");
    return {};
}

// After the filter, so that a refusal can still be told on standard error.
void close_standard_descriptors()
{
    (void)::close(STDIN_FILENO); // each may be closed already
    (void)::close(STDOUT_FILENO);
    if (silences_standard_error) (void)::close(STDERR_FILENO);
}

// The system-call filter, built from what it allows; everything else kills the process.
class Filter {
public:
    Filter() : handle_(seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release) {}

    // The code of the first call that failed stays: 0 or a negative errno.
    template <class... Conditions>
    void allow(int call, Conditions... conditions)
    {
        if (code_ == 0)
            code_ =
                seccomp_rule_add(handle_.get(), SCMP_ACT_ALLOW, call, sizeof...(conditions), conditions...);
    }
    // The call is not made; the process is told that number instead.
    void refuse(int call, int number)
    {
        if (code_ == 0)
            code_ =
                seccomp_rule_add(handle_.get(), SCMP_ACT_ERRNO(static_cast<std::uint32_t>(number)), call, 0);
    }
    void set(scmp_filter_attr attribute, std::uint32_t value)
    {
        if (code_ == 0) code_ = seccomp_attr_set(handle_.get(), attribute, value);
    }
    void load()
    {
        if (code_ == 0) code_ = seccomp_load(handle_.get());
    }
    bool exists() const { return handle_ != nullptr; }
    FilterHandle handle() const { return handle_.get(); }
    int code() const { return code_; }

private:
    std::unique_ptr<void, decltype(&seccomp_release)> handle_;
    int code_ = 0;
};

scmp_arg_cmp argument_is(unsigned position, scmp_datum_t value)
{
    return {position, SCMP_CMP_EQ, value, 0};
}

scmp_arg_cmp argument_lacks(unsigned position, scmp_datum_t bits)
{
    return {position, SCMP_CMP_MASKED_EQ, bits, 0};
}

void allow_messages(Filter& filter)
{
    filter.allow(SCMP_SYS(recvmsg), argument_is(0, request_fd));
    filter.allow(SCMP_SYS(write), argument_is(0, answer_fd));
    filter.allow(SCMP_SYS(fcntl), argument_is(1, F_GET_SEALS));
    filter.allow(SCMP_SYS(lseek));
    filter.allow(SCMP_SYS(close));
}

void allow_memory(Filter& filter)
{
    filter.allow(SCMP_SYS(mmap), argument_lacks(2, PROT_EXEC));
    filter.allow(SCMP_SYS(mprotect), argument_lacks(2, PROT_EXEC));
    for (const int call : {SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk)})
        filter.allow(call);
}

void allow_runtime_of_the_language(Filter& filter)
{
    for (const int call :
         {SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(getrandom),
          SCMP_SYS(sched_getaffinity), SCMP_SYS(sysinfo), SCMP_SYS(restart_syscall)})
        filter.allow(call);
}

// abort() of this process, so that its end is seen as what it is.
void allow_ending(Filter& filter)
{
    for (const int call : {SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(getpid), SCMP_SYS(gettid),
                           SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn)})
        filter.allow(call);
    filter.allow(SCMP_SYS(tgkill), argument_is(0, static_cast<scmp_datum_t>(getpid())));
    filter.allow(SCMP_SYS(rt_sigaction), argument_is(0, SIGABRT));
}

Result<void> filter_system_calls(FileOpening opening)
{
    Filter filter;
    if (!filter.exists()) return Error{Errc::io, "seccomp: no filter can be made"};
    filter.set(SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    filter.set(SCMP_FLTATR_CTL_TSYNC, 1);
    allow_messages(filter);
    allow_memory(filter);
    allow_runtime_of_the_language(filter);
    allow_ending(filter);
    if (opening == FileOpening::finds_nothing && !runtime_opens_files)
        filter.refuse(SCMP_SYS(openat), ENOENT);
    if (!allow_runtime(filter.handle())) return Error{Errc::io, "seccomp: rules of this build"};
    filter.load();
    if (filter.code() != 0) return system_error("seccomp", -filter.code());
    return {};
}

} // namespace

Result<void> prepare_to_fork()
{
    if (auto empty = require_empty_environment(); !empty) return empty;
    if (auto bound = die_with_the_parent(); !bound) return bound;
    if (auto ignored = leave_stopping_to_the_parent(); !ignored) return ignored;
    volunteer_for_the_oom_killer();
    if (auto dropped = give_up_privileges(); !dropped) return dropped;
    if (auto single = require_single_thread(); !single) return single;
    return close_inherited_descriptors();
}

Result<void> restrict_process(const Restrictions& restrictions)
{
    if (auto prepared = prepare_to_fork(); !prepared)
        return prepared; // what binds to the parent is not inherited
    if (auto limited = limit_resources(restrictions); !limited) return limited;
    if (auto filtered = filter_system_calls(restrictions.opening); !filtered) return filtered;
    close_standard_descriptors();
    return {};
}

} // namespace stillwatch::sandbox
