#pragma once

#include "sandbox/loss_book.hpp"
#include "sandbox/worker_pool.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace stillwatch::sandbox::test {

using namespace std::chrono_literals;

inline std::shared_ptr<const Bytes> body(std::string_view text)
{
    return std::make_shared<const Bytes>(to_bytes(text));
}

inline std::vector<pid_t> children()
{
    std::ifstream list("/proc/self/task/" + std::to_string(getpid()) + "/children");
    std::vector<pid_t> pids;
    for (pid_t pid = 0; list >> pid;)
        pids.push_back(pid);
    return pids;
}

inline std::string status_line(pid_t pid, const std::string& name)
{
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name + ":")) return line.substr(line.find_first_not_of(" \t", name.size() + 1));
    return {};
}

// Whether a child has a filter beside those that this process was given.
inline bool is_filtered(pid_t pid)
{
    return status_line(pid, "Seccomp_filters") != status_line(getpid(), "Seccomp_filters");
}

// Those of the children that read documents, and those that fork them.
inline std::vector<pid_t> workers()
{
    auto pids = children();
    std::erase_if(pids, [](pid_t pid) { return !is_filtered(pid); });
    return pids;
}
inline std::vector<pid_t> fork_servers()
{
    auto pids = children();
    std::erase_if(pids, &is_filtered);
    return pids;
}

class Pool : public testing::Test {
protected:
    static PoolSettings settings()
    {
        PoolSettings settings;
        settings.worker_program = SANDBOX_TEST_WORKER;
        settings.workers = 1;
        settings.deadline = 10s;
        settings.max_memory_bytes = 256U << 20U;
        return settings;
    }

    // Runs the loop until every request is answered.
    std::vector<Result<PageLinks>> ask_all(WorkerPool& pool, const std::vector<std::string>& bases,
                                           std::string_view text = "")
    {
        std::vector<std::optional<Result<PageLinks>>> answers(bases.size());
        for (std::size_t i = 0; i < bases.size(); ++i)
            asio::co_spawn(io_, ask_into(pool, bases[i], std::string(text), answers[i]), asio::detached);
        io_.restart();
        io_.run();
        std::vector<Result<PageLinks>> all;
        for (auto& answer : answers)
            all.push_back(answer.value());
        return all;
    }
    Result<PageLinks> ask(WorkerPool& pool, const std::string& base, std::string_view text = "")
    {
        return ask_all(pool, std::vector{base}, text).front();
    }

    // On behalf of a site.
    Result<PageLinks> ask_for(WorkerPool& pool, const std::string& site, const std::string& base,
                              std::string_view text = "", Trust trust = Trust::confirmed_refusals)
    {
        Document document{body(text)};
        document.site = site;
        document.trust = trust;
        return answer_to(pool, std::move(document), base);
    }
    Result<PageLinks> answer_to(WorkerPool& pool, Document document, const std::string& base)
    {
        std::optional<Result<PageLinks>> answer;
        const auto into = [](WorkerPool& of, Document what, std::string where,
                             std::optional<Result<PageLinks>>& told) -> Task<void> {
            auto links = co_await of.links(std::move(what), std::move(where));
            told = std::move(links);
        };
        asio::co_spawn(io_, into(pool, std::move(document), base, answer), asio::detached);
        io_.restart();
        io_.run();
        return answer.value();
    }

    static Task<void> ask_into(WorkerPool& pool, std::string base, std::string text,
                               std::optional<Result<PageLinks>>& into)
    {
        Document document{body(text)};
        auto answer = co_await pool.links(std::move(document), std::move(base));
        into = std::move(answer);
    }

    template <class Work>
    void run(Work work)
    {
        asio::co_spawn(io_, std::move(work), [](std::exception_ptr thrown) {
            if (thrown) std::rethrow_exception(thrown);
        });
        io_.restart();
        io_.run();
    }

    asio::io_context io_{1};
};

inline std::string first_url(const Result<PageLinks>& answer)
{
    return answer && !answer->links.empty() ? answer->links.front().url : "nothing";
}

inline void expect_lost(const Result<PageLinks>& answer, std::string_view reason)
{
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, Inspector::lost);
    EXPECT_NE(answer.error().detail.find(reason), std::string::npos) << answer.error().detail;
}

} // namespace stillwatch::sandbox::test
