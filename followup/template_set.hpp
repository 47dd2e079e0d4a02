#pragma once

#include "followup/notice_template.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace stillwatch::followup {

// One thing wrong with a file of templates; line 0: the file as a whole.
struct FileProblem {
    std::string file;
    int line = 0;
    std::string message;
};

// The templates in use: those that ship, and in their place those of an organisation's own folder,
// LANGUAGE/ROUTE.txt. Immutable.
class TemplateSet {
public:
    // Reads the folder (empty: none). A file that is wrong takes the place of the one that ships all the
    // same: find() says what is wrong with it, so that nobody sends what they did not write.
    static TemplateSet load(const std::filesystem::path& directory);

    // Errors: not_found (no such language, the ones there are are named), malformed (with file and line).
    Result<const NoticeTemplate*> find(Route route, std::string_view language) const;
    const std::vector<FileProblem>& problems() const noexcept { return problems_; }
    std::vector<std::string> languages() const;

private:
    void take(const std::filesystem::path& file, std::string_view language);

    std::map<std::pair<std::string, Route>, NoticeTemplate> templates_;
    std::map<std::pair<std::string, Route>, std::string> broken_;
    std::vector<FileProblem> problems_;
};

} // namespace stillwatch::followup
