// Workers that are open and events that are weak, one a fault; WorkersTests proves with them that the rules can fail.
#pragma warning disable CA1050, CA1515, CA1812, CA1852
using MassTransit;
using Microsoft.EntityFrameworkCore;

[EntityName("planted-without-namespace")]
public sealed record EventWithoutNamespace(string Text);

namespace FLTS.Tests.Architecture.Planted.Workers
{
    public sealed class PublicConsumer : IConsumer<StrongEvent>
    {
        public Task Consume(ConsumeContext<StrongEvent> context) => Task.CompletedTask;
    }

    internal class UnsealedConsumer : IConsumer<StrongEvent>
    {
        public Task Consume(ConsumeContext<StrongEvent> context) => Task.CompletedTask;
    }

    internal sealed class ClosedConsumer : IConsumer<StrongEvent>
    {
        public Task Consume(ConsumeContext<StrongEvent> context) => Task.CompletedTask;
    }

    public sealed class PublicJob;

    internal class UnsealedJob;

    internal sealed class ClosedJob;

    public sealed class PublicOptions
    {
        public const string Section = "Planted";
    }

    internal class UnsealedOptions
    {
        public const string Section = "Planted";
    }

    internal sealed class ClosedOptions
    {
        public const string Section = "Planted";
    }

    public sealed class PublicContext : DbContext;

    internal class UnsealedContext : DbContext;

    internal sealed class ClosedContext : DbContext;

    [EntityName("planted-internal")]
    internal sealed record InternalEvent(string Text);

    [EntityName("planted-class")]
    public sealed class EventThatIsNoRecord;

    [EntityName("planted-strong")]
    public sealed record StrongEvent(string Text);
}
