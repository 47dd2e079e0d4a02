#include "cli/in_order.hpp"
#include "cli/match_output.hpp"
#include "cli/videos.hpp"

#include "matcher/draw.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <string_view>
#include <system_error>

namespace stillwatch::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_stem_bytes = 40;

// Plain in every shell and file system.
std::string plain_stem(const fs::path& file)
{
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    auto stem = file.stem().string().substr(0, max_stem_bytes);
    for (auto& c : stem)
        if (plain.find(c) == std::string_view::npos) c = '_';
    return stem;
}

Error io_error(const fs::path& path, const std::error_code& code)
{
    return Error{Errc::io, fmt::format("{}: {}", path.string(), code.message())};
}

// Whole or not at all, under its name. Errors: io.
Result<void> write_file(const fs::path& file, const Bytes& bytes)
{
    const auto failed = [&] { return io_error(file, {errno, std::generic_category()}); };
    auto beside = file;
    beside += ".part";
    std::FILE* stream = std::fopen(beside.c_str(), "we");
    if (stream == nullptr) return failed();
    const bool is_written = std::fwrite(bytes.data(), 1, bytes.size(), stream) == bytes.size();
    const bool is_closed = std::fclose(stream) == 0;
    if (is_written && is_closed && std::rename(beside.c_str(), file.c_str()) == 0) return {};
    auto error = failed();
    (void)std::remove(beside.c_str()); // what was written of it
    return error;
}

// Draws matches one after the other, as the previews of their files are told.
class Drawing {
public:
    Drawing(const fs::path& directory, const std::vector<DrawnMatch>& matches)
        : directory_(directory), matches_(matches)
    {
        const DrawnMatch* last = nullptr;
        for (std::size_t i = 0; i < matches_.size(); ++i) {
            const auto& match = matches_[i];
            if (last == nullptr || last->reference != match.reference ||
                last->reference_time_ms != match.reference_time_ms)
                add(match.reference, match.reference_time_ms, Role::reference);
            if (last == nullptr || last->file != match.file || last->file_time_ms != match.file_time_ms)
                add(match.file, match.file_time_ms, Role::found);
            last = &match;
            steps_.back().complete = i + 1;
        }
    }

    // Reference and find of each match, but for those that the match before has, too.
    const std::vector<fs::path>& files() const { return files_; }
    // Of a video among them, the frame to draw.
    std::int64_t time_of(std::size_t index) const { return steps_[index].time_ms.value_or(0); }

    // The next of files().
    void tell(const fs::path& file, const Result<features::Preview>& preview)
    {
        if (!preview)
            fmt::print(stderr, "stillwatch: {} is not drawn: {}\n", file.string(),
                       to_string(preview.error()));
        const auto& step = steps_[told_++];
        auto& held = step.role == Role::reference ? reference_ : found_;
        held = preview ? std::optional(*preview) : std::nullopt;
        for (; next_ < step.complete; ++next_)
            draw(matches_[next_]);
    }

    std::size_t drawn() const { return drawn_; }
    // Errors: io. Nothing more is drawn after the first.
    const Result<void>& written() const { return written_; }

private:
    enum class Role { reference, found };
    struct Step {
        Role role;
        std::optional<std::int64_t> time_ms; // of a frame of a video
        std::size_t complete = 0;            // so many matches have both previews when this file's is told
    };

    void add(const fs::path& file, std::optional<std::int64_t> time_ms, Role role)
    {
        files_.push_back(file);
        steps_.push_back({role, time_ms});
    }

    static std::string name_of(const fs::path& file, std::optional<std::int64_t> time_ms)
    {
        const auto name = file.filename().string();
        return time_ms ? fmt::format("{} {}", clock_time(*time_ms), name) : name;
    }

    void draw(const DrawnMatch& match)
    {
        if (!reference_ || !found_ || !written_) return;
        const auto name =
            fmt::format("{:04}-{}-{}.png", next_ + 1, plain_stem(match.file), plain_stem(match.reference));
        const matcher::NamedPicture reference{*reference_, name_of(match.reference, match.reference_time_ms)};
        const matcher::NamedPicture found{*found_, name_of(match.file, match.file_time_ms)};
        written_ = write_file(directory_ / name, matcher::draw_match(reference, found, match.match));
        if (written_) ++drawn_;
    }

    const fs::path& directory_;
    const std::vector<DrawnMatch>& matches_;
    std::vector<fs::path> files_;
    std::vector<Step> steps_; // one a file
    std::optional<features::Preview> reference_;
    std::optional<features::Preview> found_;
    std::size_t told_ = 0;
    std::size_t next_ = 0; // match to draw
    std::size_t drawn_ = 0;
    Result<void> written_;
};

Task<Result<features::Preview>> preview_of_frame(Hands hands, fs::path file, std::int64_t time_ms)
{
    const auto frame = co_await frame_of_video(hands.loop, std::move(file), time_ms);
    if (!frame) co_return frame.error();
    Document picture{frame->picture};
    auto preview = co_await hands.pool.preview(std::move(picture));
    co_return std::move(preview);
}

} // namespace

Result<void> draw_matches(const config::Config& config, const fs::path& directory,
                          const std::vector<DrawnMatch>& matches)
{
    std::error_code failure;
    fs::create_directories(directory, failure);
    if (failure) return io_error(directory, failure);
    Drawing drawing(directory, matches);
    const auto work = [](sandbox::WorkerPool& pool, asio::thread_pool&, Document document) {
        return pool.preview(std::move(document));
    };
    const auto tell = [&](const auto& file, const auto& preview) { drawing.tell(file, preview); };
    const auto of_video = [&](Hands hands, std::size_t index) {
        return preview_of_frame(hands, drawing.files()[index], drawing.time_of(index));
    };
    const auto drawn = InOrder<features::Preview>(drawing.files(), work, tell, of_video).run(config);
    if (!drawn) return drawn;
    fmt::print(stderr, "drew {} of {} matches into {}\n", drawing.drawn(), matches.size(),
               directory.string());
    return drawing.written();
}

} // namespace stillwatch::cli
