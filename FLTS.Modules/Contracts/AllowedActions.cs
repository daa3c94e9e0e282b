using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FLTS.Modules.Contracts;

/// <summary>Something that can be done with a resource.</summary>
/// <param name="Name">As <c>allowed_actions</c> tells it.</param>
/// <param name="Operation">Name of the endpoint that does it.</param>
public readonly record struct ResourceAction(string Name, string Operation);

/// <summary>An answer about a resource that says what the caller may do with it.</summary>
/// <typeparam name="TSelf">Itself.</typeparam>
public interface IHasActions<TSelf>
    where TSelf : IHasActions<TSelf>
{
    /// <summary>What its state does not plainly forbid; whoever does it may be refused still.</summary>
    IEnumerable<ResourceAction> PossibleActions();

    /// <summary>The same, with those that a caller may do.</summary>
    TSelf WithActions(IReadOnlyList<string> allowed);
}

/// <summary>
/// Says which actions a caller may do: those whose endpoint is in this process and asks for a role that the caller holds. The role stands
/// at the endpoint and nowhere else.
/// </summary>
public sealed class AllowedActions(EndpointDataSource endpoints)
{
    private readonly Lazy<FrozenDictionary<string, string>> _roles = new(() => endpoints.Endpoints
        .Where(e => e.Metadata.GetMetadata<IEndpointNameMetadata>() is not null)
        .ToFrozenDictionary(
            e => e.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName,
            e => e.Metadata.GetMetadata<RequiredRole>()?.Role ?? Roles.Admin));

    /// <summary>The view for who makes the request.</summary>
    public TView For<TView>(TView view, HttpContext context)
        where TView : IHasActions<TView>
    {
        var caller = Caller.Of(context);
        return view.WithActions(caller is null
            ? []
            : [.. view.PossibleActions().Where(a => May(caller, a)).Select(a => a.Name)]);
    }

    /// <summary>Each of them.</summary>
    public IReadOnlyList<TView> ForAll<TView>(IEnumerable<TView> views, HttpContext context)
        where TView : IHasActions<TView> => [.. views.Select(v => For(v, context))];

    private bool May(Caller caller, ResourceAction action) => _roles.Value.TryGetValue(action.Operation, out var role) && caller.May(role);
}
