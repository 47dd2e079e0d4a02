// bench_links FOLDER [TIMES]: reads the addresses of every document under FOLDER, in this process and without
// a worker's walls, and prints documents, addresses and CPU milliseconds a thousand documents. Under
// `valgrind --tool=callgrind` it counts what reading pages takes in instructions, which are free of noise.
#include "html/extract.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using namespace stillwatch;

std::string text_of(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        fmt::print(stderr, "usage: bench_links FOLDER [TIMES]\n");
        return 64;
    }
    const int times = argc > 2 ? std::atoi(argv[2]) : 1;
    std::vector<std::string> documents;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[1]))
        if (entry.is_regular_file() && entry.path().extension() == ".html")
            documents.push_back(text_of(entry.path()));
    std::size_t links = 0;
    const auto began = std::clock();
    for (int i = 0; i < times; ++i)
        for (const auto& document : documents) {
            const auto page = html::extract_links(as_bytes(document), {"text/html", {}},
                                                  "http://127.0.0.1/a/page.html", {});
            if (page) links += page->links.size();
        }
    const double ms = 1000.0 * static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
    const auto read = static_cast<double>(documents.size()) * times;
    fmt::print("{} documents, {} addresses, {:.1f} ms a thousand\n", documents.size(), links,
               read > 0 ? ms / read * 1000 : 0);
}
