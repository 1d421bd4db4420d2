import { Component, type ReactNode } from "react";

interface BoundaryProps {
  children: ReactNode;
  /** Shown instead of what cannot be drawn; `again` draws it anew. */
  instead: (again: () => void) => ReactNode;
  /** What is drawn: another one is tried again by itself. */
  of?: unknown;
}

interface BoundaryState {
  failed: boolean;
  of: unknown;
}

/** What cannot be drawn does not take with it what is around it. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { failed: false, of: this.props.of };
  readonly #again = () => this.setState({ failed: false });

  static getDerivedStateFromError() {
    return { failed: true };
  }

  static getDerivedStateFromProps({ of }: BoundaryProps, before: BoundaryState): BoundaryState | null {
    return of === before.of ? null : { failed: false, of };
  }

  override render() {
    return this.state.failed ? this.props.instead(this.#again) : this.props.children;
  }
}
