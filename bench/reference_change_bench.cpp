#include "cases/case_book.hpp"
#include "pipeline/reference_keeper.hpp"
#include "tests/support/sample_features.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <random>

// How long a reference that was added, removed or withdrawn takes until comparisons are made without it,
// beside so many others (10 000, or the first argument): the whole way of ReferenceKeeper::reload over a
// database on disk.
namespace stillwatch {
namespace {

constexpr std::size_t features_a_reference = 600;

PictureFeatures features_of(std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    auto features = test::sample_features(seed, Detail::reference);
    test::SampleNumbers numbers(seed);
    features.local[0] = test::sample_local(numbers, features_a_reference);
    return features;
}

template <class Work>
double milliseconds(Work work)
{
    const auto began = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
}

struct Bench {
    Case open()
    {
        const auto now = clock.now();
        return book
            .open({"pictures", "the person", "anna", "ben", "1", now - std::chrono::hours(1),
                   now + std::chrono::hours(24 * 100)},
                  {"bench", now})
            .value();
    }
    void add(const Case& c, std::uint64_t seed)
    {
        Reference draft;
        draft.name = fmt::format("R-{}", seed);
        draft.sealed = cases::seal_reference(c.public_key, c.pseudonym, features_of(seed)).value().bytes;
        draft.extractor_version = extractor_version;
        (void)book.enrol(c.pseudonym, std::move(draft), {"bench", clock.now()}).value();
    }
    void run(Task<Result<void>> task)
    {
        asio::co_spawn(loop, std::move(task), [](std::exception_ptr failure, const Result<void>& result) {
            if (failure) std::rethrow_exception(failure);
            if (!result) throw std::runtime_error(result.error().detail);
        });
        loop.restart();
        loop.run();
    }
    double reload()
    {
        return milliseconds([this] { run(references.reload()); });
    }

    test::TemporaryDirectory directory;
    SystemClock clock;
    asio::io_context loop{1};
    asio::thread_pool cpu{2};
    pipeline::Stores stores{directory.path()};
    vault::KeyPair installation = vault::make_key_pair();
    cases::CaseBook book{stores.cases(), installation.public_key};
    Problems problems{clock};
    pipeline::ReferenceKeeper references{loop, stores, cpu, installation, clock, problems};
};

int measure(std::size_t count)
{
    Bench bench;
    const auto most = bench.open();
    for (std::size_t i = 0; i < count; ++i)
        bench.add(most, i);
    fmt::print("{} references, {} features each\n", count, features_a_reference);
    fmt::print("all read, opened and indexed  {:8.1f} ms\n", bench.reload());
    bench.add(most, count);
    fmt::print("one more                      {:8.1f} ms\n", bench.reload());
    fmt::print("merged                        {:8.1f} ms\n",
               milliseconds([&] { bench.run(bench.references.merge()); }));
    const auto other = bench.open();
    bench.add(other, count + 1);
    fmt::print("one of another case           {:8.1f} ms\n", bench.reload());
    double erasing = milliseconds([&] {
        (void)bench.book
            .remove_reference(most.pseudonym, "R-5", {"bench", bench.clock.now()}, store::Erasure::owed)
            .value();
    });
    fmt::print("one less                      {:8.1f} ms  (and {:.1f} ms for its row)\n", bench.reload(),
               erasing);
    erasing = milliseconds([&] {
        (void)bench.book.withdraw(other.pseudonym, {"bench", bench.clock.now()}, store::Erasure::owed)
            .value();
    });
    fmt::print("a case withdrawn              {:8.1f} ms  (and {:.1f} ms for its rows)\n", bench.reload(),
               erasing);
    fmt::print("merged                        {:8.1f} ms\n",
               milliseconds([&] { bench.run(bench.references.merge()); }));
    fmt::print("file rebuilt without them     {:8.1f} ms\n",
               milliseconds([&] { (void)bench.stores.cases().erase_owed().value(); }));
    return 0;
}

} // namespace
} // namespace stillwatch

int main(int argc, char** argv)
{
    return stillwatch::measure(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000);
}
