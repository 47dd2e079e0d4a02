#include "control/protocol.hpp"
#include "tests/fuzz/claim.hpp"

#include <cstddef>
#include <cstdint>

using namespace stillwatch;
using namespace stillwatch::control;
using stillwatch::fuzz::claim;

namespace {

// Boost.JSON reads a number beyond the range of double as infinite and writes that as a word which it does
// not read.
bool holds_infinity(std::string_view line)
{
    return line.find("Infinity") != std::string_view::npos;
}

void check_command(std::string_view line)
{
    const auto command = read_command(line);
    if (!command) {
        claim(command.error().code == Errc::malformed, "a line that is no command is malformed");
        return;
    }
    const auto written = write_command(*command);
    claim(written.find('\n') == std::string::npos, "a command is one line");
    if (holds_infinity(written)) return;
    const auto again = read_command(written);
    claim(again && again->name == command->name, "what was read can be sent");
    claim(again->arguments.size() == command->arguments.size(), "with all its arguments");
}

void check_reply(std::string_view line)
{
    const auto reply = read_reply(line);
    const auto written = write_reply(reply);
    claim(written.find('\n') == std::string::npos, "a reply is one line");
    if (holds_infinity(written)) return;
    const auto again = read_reply(written);
    claim(again.has_value() == reply.has_value(), "a result stays a result");
    if (!reply) claim(again.error() == reply.error(), "an error stays the same error");
}

} // namespace

// Every line is tried as both.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    check_command(line);
    check_reply(line);
    return 0;
}
