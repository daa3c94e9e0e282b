using System.Net;
using NUnit.Framework;

namespace FLTS.Tests.Page;

/// <summary>Hangfire's own page, as an operator uses it who has signed in at ours.</summary>
internal sealed partial class BrowserTests
{
    [Test, Order(1)] // Of the one pipeline that there is by then.
    public async Task A_finished_training_is_run_again_from_the_dashboard_as_the_command_would()
    {
        var pipeline = (await _host.GetAsync($"/pipelines/{_pipeline}")).Body;
        var (run, type) = (pipeline["runs"]![0]!["run_id"]!.ToString(), pipeline["runs"]![0]!["model_type"]!.ToString());
        var page = await _browser.OpenAsync("/ui/stations");
        await SessionsInTheBrowserTests.SignInAsync(page, _host.Key);

        await page.GotoAsync("/hangfire/jobs/succeeded");
        var job = page.Locator("tr.js-jobs-list-row").Filter(new() { HasText = $"Train {type} on {PageStation.Name}" });
        await job.First.Locator("input[type=checkbox]").CheckAsync(); // Of a training that was woken twice there are two.
        await page.GetByText("Requeue jobs").ClickAsync();
        var id = await AgainAsync(pipeline["pipeline_id"]!.ToString(), run);

        var again = (await _host.GetAsync($"/runs/{id}").ExpectAsync(HttpStatusCode.OK)).Body;
        Assert.That(again["model_type"]!.ToString(), Is.EqualTo(type));
        Assert.That((int)again["generation"]!, Is.EqualTo(1));
        _browser.AssertQuiet();
    }

    /// <summary>The run that came in the other's place, when the pipeline has ended with it.</summary>
    private async Task<string> AgainAsync(string pipeline, string run)
    {
        for (var tries = 0; ; tries++)
        {
            var shown = (await _host.GetAsync($"/pipelines/{pipeline}").ExpectAsync(HttpStatusCode.OK)).Body;
            var first = shown["runs"]![0]!;
            if (shown["ended_at"] is not null && first["run_id"]!.ToString() != run && first["status"]!.ToString() == "succeeded")
                return first["run_id"]!.ToString();
            Assert.That(tries, Is.LessThan(600), shown.ToJsonString());
            await Task.Delay(100);
        }
    }
}
