#include "cli/crawl_screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace stillwatch::cli {

namespace {

constexpr std::size_t bar_width = 16;
constexpr std::size_t most_lines = 20; // a screen has no more room; the other sites are summed up

std::size_t columns()
{
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

} // namespace

bool CrawlScreen::is_there()
{
    const char* kind = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) == 1 && kind && std::string_view(kind) != "dumb";
}

std::int64_t visits_of_pass(const json::object& row, const store::PassSize& begun)
{
    const auto count = [&row](const char* name) { return number_member(row, name).value_or(0); };
    const auto known = count("pages") + count("images") + count("moved") - count("set_aside");
    return begun.due + known - begun.known;
}

std::string crawl_line(const std::string& site, const crawler::SiteProgress& done, std::int64_t whole,
                       double seconds, std::size_t width)
{
    const auto visited = done.visits;
    whole = std::max<std::int64_t>({whole, visited, 1}); // a picture that is named again is visited again
    const auto filled = static_cast<std::size_t>(static_cast<std::int64_t>(bar_width) * visited / whole);
    const double rate = seconds > 0 ? static_cast<double>(visited) / seconds : 0;
    // What counts most stands first: narrow terminals cut the end off.
    auto line = fmt::format("{:<16.16} [{}{}] {} of {}  {:.1f}/s  errors {}  pages {}  images {}  robots {}",
                            site, std::string(filled, '#'), std::string(bar_width - filled, '.'), visited,
                            whole, rate, done.errors, done.pages, done.images, done.disallowed);
    return line.substr(0, width > 0 ? width - 1 : 0);
}

void CrawlScreen::draw(const crawler::CrawlProgress& progress, const json::value& sites,
                       const std::map<std::string, store::PassSize>& pass)
{
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    const auto width = columns();
    std::vector<std::string> lines;
    if (sites.is_array())
        for (const auto& row : sites.get_array()) {
            const auto name = text_member(row.get_object(), "site").value_or("");
            const auto found = progress.sites.find(name);
            const auto done = found == progress.sites.end() ? crawler::SiteProgress{} : found->second;
            const auto begun = pass.find(name);
            const auto whole = begun == pass.end() ? 0 : visits_of_pass(row.get_object(), begun->second);
            if (lines.size() < most_lines) lines.push_back(crawl_line(name, done, whole, seconds, width));
        }
    std::string text = lines_ > 0 ? fmt::format("\x1b[{}A", lines_) : "";
    for (const auto& line : lines)
        text += line + "\x1b[K\n";
    lines_ = lines.size();
    fmt::print(stderr, "{}", text);
    (void)std::fflush(stderr); // progress only
}

} // namespace stillwatch::cli
