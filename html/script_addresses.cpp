#include "html/script_addresses.hpp"

#include "core/npos.hpp"
#include "html/base64.hpp"
#include "html/controls.hpp"
#include "html/player.hpp"
#include "html/references.hpp"
#include "html/script_reader.hpp"
#include "html/text.hpp"
#include "html/text_addresses.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace stillwatch::html {

namespace {

class Addresses : public ScriptReader::Listener {
public:
    Addresses(Mechanism mechanism, Leading leading, Candidates& out)
        : mechanism_(mechanism), leading_(leading), out_(out)
    {
    }

    void expression(const ScriptValue& value, ScriptUse use) override
    {
        const bool leads =
            leading_ == Leading::any_literal || (leading_ == Leading::by_use && use == ScriptUse::leads);
        for (const auto& text : *value.texts) {
            const bool is_coded =
                !value.is_made && text.starts_with("aHR0c"); // an address that begins with http
            if (!value.is_made && !leads && !is_coded) continue;
            if (out_.is_full() || ++told_ > most_told) return;
            if (value.is_made) made(text);
            if (is_coded)
                if (const auto decoded = text_in_base64(text)) made(*decoded);
            if (leads && looks_like_page(trimmed(text))) add_control(out_.keep(text), out_);
        }
    }

private:
    static constexpr int most_told = 5'000; // of one script

    void made(const std::string& text)
    {
        if (text.size() < 4) return;
        const auto kept = [&] { return out_.keep(text); };
        if (text.find('<') != npos && text.find('>') != npos && text.find('=') != npos) {
            out_.documents.push_back(kept());
        } else if (text.front() == '[' || text.front() == '{') {
            read_json(kept(), mechanism_, JsonPlace::script, out_);
        } else if (text.find_first_of("\n, |;") != npos) {
            const auto list = kept();
            for (const auto picture : picture_list(list))
                take(picture);
            for (const auto video : video_list(list))
                take(video);
        } else {
            take(kept());
        }
    }

    void take(std::string_view address)
    {
        const auto kind = kind_by_suffix(address, LinkKind::page);
        if (address.size() > max_reference_bytes || address.find('/') == npos || kind == LinkKind::page)
            return;
        const auto name = address.substr(address.rfind('/') + 1);
        if (name.starts_with('.')) return;
        out_.add(kind == LinkKind::video ? Mechanism::player : mechanism_, kind, address);
    }

    Mechanism mechanism_;
    Leading leading_;
    Candidates& out_;
    int told_ = 0;
};

} // namespace

void read_joined(std::span<const std::string_view> scripts, Mechanism mechanism, Leading leading,
                 Candidates& out)
{
    Addresses addresses(mechanism, leading, out);
    ScriptReader(scripts, addresses).read();
}

} // namespace stillwatch::html
