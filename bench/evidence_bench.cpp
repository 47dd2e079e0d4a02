// What a package of evidence costs (docs/performance.md): made and signed, sealed and written, verified.
//
//     bench_evidence [DIRECTORY]

#include "evidence/package.hpp"
#include "evidence/verify.hpp"
#include "tests/support/sample_capture.hpp"
#include "vault/age.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <string>

namespace {

using namespace stillwatch;

double cpu_seconds()
{
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

// A page as boards write them: `size` bytes that compress.
Bytes markup(std::size_t size)
{
    std::string text;
    for (int i = 0; text.size() < size; ++i)
        text += fmt::format(
            "<div class=\"post\" id=\"post-{}\"><a href=\"/member/{}\">member {}</a> wrote</div>\n", i,
            i * 7919 % 1000, i * 7919 % 1000);
    text.resize(size);
    return to_bytes(text);
}

evidence::Capture capture_of(std::size_t page_bytes, std::size_t picture_bytes)
{
    auto capture = test::sample_capture(picture_bytes);
    auto& page = capture.page.back();
    page.response_head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
    page.headers = {{"Content-Type", "text/html"}};
    page.body = markup(page_bytes);
    return capture;
}

struct Row {
    double make_ms;
    double write_ms;
    double verify_ms;
    double clear_bytes;
};

Row measure(const std::filesystem::path& directory, std::size_t page_bytes, std::size_t picture_bytes,
            int rounds)
{
    const auto key = test::sample_signing_key();
    const auto settings = test::sample_settings(directory, vault::generate_age_identity().recipient);
    const auto capture = capture_of(page_bytes, picture_bytes);
    auto facts = test::sample_facts(picture_bytes);
    Row row{};
    const auto package = evidence::make_package(settings, key, facts, capture).value();
    row.clear_bytes = static_cast<double>(package.archive.size());
    const auto timed = [rounds](const auto& work) {
        const auto before = cpu_seconds();
        for (int i = 0; i < rounds; ++i)
            work(i);
        return (cpu_seconds() - before) * 1000 / rounds;
    };
    row.make_ms = timed([&](int) { (void)evidence::make_package(settings, key, facts, capture).value(); });
    row.write_ms = timed([&](int i) {
        facts.recorded_at += std::chrono::milliseconds(i + 1); // another package, under another name
        (void)evidence::write_evidence(settings, key, facts, capture).value();
    });
    row.verify_ms =
        timed([&](int) { (void)evidence::verify_package(package.archive, key.verify_key()).value(); });
    return row;
}

} // namespace

int main(int argc, char** argv)
{
    const auto parent = argc > 1 ? std::filesystem::path(argv[1]) : std::filesystem::temp_directory_path();
    const auto directory = parent / fmt::format("bench-evidence-{}", getpid());
    std::filesystem::create_directories(directory);
    fmt::print("{:>10} {:>10} {:>12} {:>16} {:>10} {:>12}\n", "page", "picture", "make, ms", "make+seal, ms",
               "MB/s", "verify, ms");
    for (const auto& [page, picture, rounds] :
         {std::tuple<std::size_t, std::size_t, int>{60'000, 300'000, 50},
          {60'000, 2'000'000, 20},
          {60'000, 30'000'000, 3}}) {
        const auto row = measure(directory, page, picture, rounds);
        fmt::print("{:>10} {:>10} {:>12.1f} {:>16.1f} {:>10.0f} {:>12.1f}\n", page, picture, row.make_ms,
                   row.write_ms, row.clear_bytes / 1e6 / (row.write_ms / 1000), row.verify_ms);
    }
    std::filesystem::remove_all(directory);
    return 0;
}
