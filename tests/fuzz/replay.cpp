#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void feed(const std::string& input)
{
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

} // namespace

// Feeds the empty input and every file of the folders named as arguments to one fuzz target; a folder that is
// missing counts as empty. A target tells of a failure by abort().
int main(int count, char** arguments)
{
    feed({});
    int fed = 1;
    for (int i = 1; i < count; ++i) {
        const std::filesystem::path folder(arguments[i]);
        if (!std::filesystem::is_directory(folder)) continue;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path(), std::ios::binary);
            feed(std::string(std::istreambuf_iterator<char>(file), {}));
            ++fed;
        }
    }
    std::printf("%d inputs\n", fed);
    return 0;
}
