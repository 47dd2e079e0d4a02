#include "net/child_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <utility>

namespace stillwatch::net {

namespace {

constexpr std::size_t most_output = 1U << 20U;

class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() { close(); }
    void close()
    {
        if (number_ >= 0) ::close(number_);
        number_ = -1;
    }
    int get() const { return number_; }

private:
    int number_;
};

Error failed(std::string_view what)
{
    return {Errc::io, std::string(what) + ": " + std::strerror(errno)};
}

Result<Descriptor> in_memory(ByteView content)
{
    Descriptor memory(memfd_create("input", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (memory.get() < 0) return failed("memory for a program");
    std::size_t written = 0;
    while (written < content.size()) {
        const auto count = ::write(memory.get(), content.data() + written, content.size() - written);
        if (count < 0) return failed("memory for a program");
        written += static_cast<std::size_t>(count);
    }
    if (::lseek(memory.get(), 0, SEEK_SET) != 0) return failed("memory for a program");
    (void)::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK); // it has no need to
    return memory;
}

// The same under a number that no descriptor of the child has.
Result<Descriptor> out_of_the_way(const Descriptor& descriptor)
{
    Descriptor other(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, 10));
    if (other.get() < 0) return failed("descriptor for a program");
    return other;
}

struct Pipe {
    Descriptor read;
    Descriptor write;
};

Result<Pipe> make_pipe()
{
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return failed("pipe");
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// Gone with its scope, whatever happened.
class Child {
public:
    explicit Child(pid_t number) : number_(number) {}
    Child(const Child&) = delete;
    ~Child()
    {
        if (number_ <= 0) return;
        (void)::kill(number_, SIGKILL);
        (void)::waitpid(number_, nullptr, 0);
    }
    // Blocks; for a program that closed its outputs.
    int wait()
    {
        int status = 0;
        while (::waitpid(number_, &status, 0) < 0 && errno == EINTR) {
        }
        number_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

private:
    pid_t number_;
};

Result<pid_t> spawn(const std::string& path, const std::vector<std::string>& arguments,
                    const std::array<const Descriptor*, 4>& descriptors)
{
    std::vector<Descriptor> ours;
    for (const auto* descriptor : descriptors) {
        auto other = out_of_the_way(*descriptor);
        if (!other) return other.error();
        ours.push_back(*std::move(other));
    }
    std::vector<char*> words{const_cast<char*>(path.c_str())};
    for (const auto& argument : arguments)
        words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    std::string search = "PATH=/usr/bin:/bin";
    std::string language = "LC_ALL=C";
    std::array<char*, 3> environment{search.data(), language.data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    for (int i = 0; i < 4; ++i)
        posix_spawn_file_actions_adddup2(&actions, ours[static_cast<std::size_t>(i)].get(), i);
    posix_spawn_file_actions_addclosefrom_np(&actions, 4);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t child = 0;
    const int error =
        posix_spawn(&child, path.c_str(), &actions, &attributes, words.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) return Error{Errc::not_found, path + ": " + std::strerror(error)};
    return child;
}

// Reads both until they end.
Result<void> read_all(Pipe& out, Pipe& err, ProgramOutput& output,
                      std::chrono::steady_clock::time_point until)
{
    std::array<pollfd, 2> waiting{pollfd{out.read.get(), POLLIN, 0}, pollfd{err.read.get(), POLLIN, 0}};
    const std::array<std::string*, 2> texts{&output.out, &output.err};
    while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) return Error{Errc::timed_out, "it did not end in time"};
        if (::poll(waiting.data(), waiting.size(), static_cast<int>(left.count())) < 0 && errno != EINTR)
            return failed("poll");
        for (std::size_t i = 0; i < waiting.size(); ++i) {
            if (waiting[i].fd < 0 || waiting[i].revents == 0) continue;
            std::array<char, 16'384> buffer{};
            const auto count = ::read(waiting[i].fd, buffer.data(), buffer.size());
            if (count <= 0)
                waiting[i].fd = -1;
            else
                texts[i]->append(buffer.data(), static_cast<std::size_t>(count));
            if (texts[i]->size() > most_output) return Error{Errc::too_large, "it printed too much"};
        }
    }
    return {};
}

} // namespace

Result<ProgramOutput> run_program(const std::string& path, const std::vector<std::string>& arguments,
                                  std::string_view input, ByteView file, std::chrono::milliseconds limit)
{
    const auto until = std::chrono::steady_clock::now() + limit;
    const auto standard_input = in_memory(as_bytes(input));
    if (!standard_input) return standard_input.error();
    const auto beside = in_memory(file);
    if (!beside) return beside.error();
    auto out = make_pipe();
    if (!out) return out.error();
    auto err = make_pipe();
    if (!err) return err.error();
    const auto started = spawn(path, arguments, {&*standard_input, &out->write, &err->write, &*beside});
    if (!started) return started.error();
    Child child(*started);
    out->write.close();
    err->write.close();
    ProgramOutput output;
    const auto read = read_all(*out, *err, output, until);
    if (!read) return Error{read.error().code, path + ": " + read.error().detail};
    output.exit_code = child.wait();
    return output;
}

} // namespace stillwatch::net
