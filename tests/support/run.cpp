#include "tests/support/run.hpp"

#include <boost/asio/co_spawn.hpp>

namespace stillwatch::test {

void run_to_end(asio::io_context& loop, Task<> task)
{
    bool is_done = false;
    asio::co_spawn(loop, std::move(task), [&](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
        is_done = true;
    });
    loop.restart();
    while (!is_done && loop.run_one() > 0) {
    }
}

} // namespace stillwatch::test
