#include "pipeline/not_compared.hpp"

namespace stillwatch::pipeline {

std::string_view name_of(NotCompared reason) noexcept
{
    switch (reason) {
    case NotCompared::not_modified: return "not_modified";
    case NotCompared::unasked_not_modified: return "unasked_not_modified";
    case NotCompared::moved: return "moved";
    case NotCompared::no_body: return "no_body";
    case NotCompared::page_in_place: return "page_in_place";
    case NotCompared::error_page: return "error_page";
    case NotCompared::challenge: return "challenge";
    case NotCompared::not_a_picture: return "not_a_picture";
    case NotCompared::video_not_read: return "video_not_read";
    case NotCompared::video_protected: return "video_protected";
    case NotCompared::video_glanced: return "video_glanced";
    case NotCompared::page_unread: return "page_unread";
    case NotCompared::locked_package: return "locked_package";
    case NotCompared::comparing_off: return "comparing_off";
    case NotCompared::no_references: return "no_references";
    case NotCompared::known_undecodable: return "known_undecodable";
    case NotCompared::known_too_small: return "known_too_small";
    case NotCompared::undecodable: return "undecodable";
    case NotCompared::too_small: return "too_small";
    case NotCompared::too_large: return "too_large";
    case NotCompared::content_encoding: return "content_encoding";
    case NotCompared::cut_at_limit: return "cut_at_limit";
    case NotCompared::cut_off: return "cut_off";
    case NotCompared::worker_lost: return "worker_lost";
    case NotCompared::kept_waiting: return "kept_waiting";
    case NotCompared::no_worker: return "no_worker";
    case NotCompared::not_recorded: return "not_recorded";
    case NotCompared::guarded: return "guarded";
    }
    return "unknown";
}

} // namespace stillwatch::pipeline
