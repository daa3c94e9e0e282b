using FLTS.Modules.Page.Views;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace FLTS.Modules.Page;

/// <summary>
/// What is not there is told a browser that was led there as a page with a way back, in the same sentence; programs are told a problem.
/// </summary>
internal sealed class WrongAddresses(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context)
    {
        var (request, response) = (context.HttpContext.Request, context.HttpContext.Response);
        return HttpMethods.IsGet(request.Method)
            && response.StatusCode is StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed
            && HtmlAnswer.IsWanted(request);
    }

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        context.ProblemDetails.Status ??= context.HttpContext.Response.StatusCode;
        options.Value.CustomizeProblemDetails?.Invoke(context);
        var status = context.ProblemDetails.Status.Value;
        var page = RefusalPage.Of(context.ProblemDetails.Detail ?? "There is nothing here.", status);
        return new ValueTask(new HtmlAnswer(page, status).ExecuteAsync(context.HttpContext));
    }
}
