#include "local_services.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace stillwatch::net {

namespace asio = boost::asio;

namespace {

std::string content_of(const std::string& path)
{
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace

TempFolder::TempFolder()
{
    std::string name = (std::filesystem::temp_directory_path() / "stillwatch-net-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    path_ = name;
}

TempFolder::~TempFolder()
{
    std::error_code ignored; // a leftover in the temporary folder harms nobody
    std::filesystem::remove_all(path_, ignored);
}

void TempFolder::write(std::string_view name, std::string_view content) const
{
    std::ofstream(path_ / name) << content;
}

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::string& log)
{
    std::vector<char*> arguments;
    for (const auto& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
    const int failed = posix_spawn(&pid_, arguments.front(), &files, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    if (failed) throw std::runtime_error("cannot start " + command.front());
}

ChildProcess::~ChildProcess()
{
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    (void)wait();
}

int ChildProcess::wait()
{
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void run_program(const std::vector<std::string>& command)
{
    const TempFolder folder;
    ChildProcess child(command, folder.file("log"));
    if (child.wait() != 0) throw std::runtime_error(command.front() + ": " + content_of(folder.file("log")));
}

std::uint16_t free_port()
{
    asio::io_context io;
    const asio::ip::tcp::acceptor probe(io, {asio::ip::address_v4::loopback(), 0});
    return probe.local_endpoint().port();
}

void wait_for_port(std::uint16_t port)
{
    asio::io_context io;
    for (int i = 0; i < 250; ++i) {
        asio::ip::tcp::socket socket(io);
        boost::system::error_code error;
        socket.connect({asio::ip::address_v4::loopback(), port}, error);
        if (!error) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    throw std::runtime_error("nobody listens on port " + std::to_string(port));
}

Certificates::Certificates(const TempFolder& folder)
    : authority(folder.file("authority.pem")), chain(folder.file("chain.pem")), key(folder.file("key.pem")),
      other_authority(folder.file("other.pem"))
{
    const std::string openssl = "/usr/bin/openssl";
    const auto make_authority = [&](const std::string& file, const std::string& key_file,
                                    const std::string& name) {
        run_program({openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-keyout", key_file, "-out", file, "-days", "2", "-subj", "/CN=" + name});
    };
    make_authority(authority, folder.file("authority.key"), "Stillwatch test authority");
    make_authority(other_authority, folder.file("other.key"), "Another authority");
    const auto request = folder.file("request.pem");
    run_program({openssl, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                 key, "-out", request, "-subj", "/CN=localhost"});
    folder.write("extensions", "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
    const auto own = folder.file("own.pem");
    run_program({openssl, "x509", "-req", "-in", request, "-CA", authority, "-CAkey",
                 folder.file("authority.key"), "-CAcreateserial", "-days", "2", "-extfile",
                 folder.file("extensions"), "-out", own});
    folder.write("chain.pem", content_of(own) + content_of(authority));
}

} // namespace stillwatch::net
